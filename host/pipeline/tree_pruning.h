// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/result.h"
#include "dag/tree_cursor.h"
#include "pipeline/restore_selection.h"
#include "pipeline/tree_removal.h"

namespace penstock {

// Removes from a directory what a commit has not. What the selection leaves out stays, and so does everything
// in a directory whose part of the commit is damaged: what belongs there is not known. What cannot be removed
// (a mount point, an immutable file) stays with the directories above it. One thread.
class TreePruning {
 public:
  // `removed` is told of each entry that goes with all below it, also where one above it stays; `left` of
  // each that cannot be removed.
  TreePruning(BlockSource& source, const RestoreSelection& selection,
              std::function<void(const std::string& path)> removed,
              std::function<void(const std::string& path, const Error&)> left);

  // `name` in the topmost directory stays whatever the commit has; empty: there is none such.
  void spare(std::string name) { spared_ = std::move(name); }
  // failed: a directory cannot be read.
  Status prune(int directory, const TreeDirectory& tree) { return prune(directory, "", tree, 0); }
  uint64_t entries_removed() const { return entries_removed_; }

 private:
  Status prune(int directory, const std::string& path, const TreeDirectory& tree, size_t depth);

  void tell(const RemovedParts& parts, const std::string& path);

  BlockSource* source_;
  const RestoreSelection* selection_;
  std::function<void(const std::string& path)> removed_;
  std::function<void(const std::string& path, const Error&)> left_;
  std::string spared_;
  uint64_t entries_removed_ = 0;
};

}  // namespace penstock
