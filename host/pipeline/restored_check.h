// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dag/file_walker.h"
#include "dag/tree_cursor.h"
#include "pipeline/restore_selection.h"

namespace penstock {

// Reads back what was restored, from the disk where the system lets it, and compares kinds, contents and
// targets of symlinks with the commit. One thread.
class RestoredCheck {
 public:
  // `differs` is told of each entry that is not as the commit has it.
  RestoredCheck(BlockSource& source, const RestoreSelection& selection,
                std::function<void(const std::string& path, const Error&)> differs);

  // What is in the directory `directory` against that of the commit.
  Status check(int directory, const TreeDirectory& tree) { return check(directory, "", tree, 0); }
  // One entry, `name` in `directory`; `path` is for what is said of it.
  Status check_entry(int directory, const std::string& name, const std::string& path, const TreeEntry& entry,
                     size_t depth);

  uint64_t entries_checked() const { return entries_checked_; }
  uint64_t differences() const { return differences_; }

 private:
  Status check(int directory, const std::string& path, const TreeDirectory& tree, size_t depth);
  Status check_file(int directory, const std::string& name, const std::string& path, const Cid& cid);
  Result<bool> same_extent(int fd, const FileExtent& extent);
  Status difference(const std::string& path, const std::string& why);

  BlockSource* source_;
  const RestoreSelection* selection_;
  std::function<void(const std::string& path, const Error&)> differs_;
  std::vector<uint8_t> buffer_;
  uint64_t entries_checked_ = 0;
  uint64_t differences_ = 0;
};

}  // namespace penstock
