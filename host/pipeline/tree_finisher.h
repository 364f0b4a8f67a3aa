// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "dag/tree_cursor.h"
#include "pipeline/attribute_writer.h"
#include "pipeline/restore_course.h"
#include "pipeline/restore_selection.h"
#include "pipeline/standing_entries.h"
#include "pipeline/tree_merge.h"

namespace penstock {

// Walks the tree again when its files are whole: what was put off until then. Keeps no list of it. One
// thread.
class TreeFinisher {
 public:
  // `source` reads the tree; `top` is the directory whose entries have been made.
  TreeFinisher(BlockSource& source, const TreeEntry& top, RestoreSelection& selection,
               const AttributeWriter& attributes, RestoreCourse& course);

  // What was restored has been, or will be, moved into the directory `target`, where first names of files may
  // stand already; `overwrite`: what becomes of further names that do.
  void look_at(int target, const TreeMerge& merge, Overwrite overwrite);
  // Makes the further names of files, below the descriptor `root`. One that cannot be made is reported.
  Status link_names(int root);
  // Gives directories their metadata, each when all below it has its own; the top too. With Overwrite::never
  // not to those that stood there.
  Status finish_directories(int root, Overwrite overwrite);
  // Further names that have been made.
  uint64_t links() const { return links_; }

 private:
  enum class Step : uint8_t { link, finish };

  Status walk(int directory, const std::string& path, const TreeDirectory& tree, size_t depth, Step step);
  bool stays(const std::string& path, const TreeEntry& entry) const;
  Status link_name(int directory, const std::string& name, const std::string& path, const std::string& first,
                   const MetaEntry& meta);
  Status finish_directory(int directory, MetaEntry meta, const std::string& path, bool fresh);

  BlockSource* source_;
  const TreeEntry* top_;
  RestoreSelection* selection_;
  const AttributeWriter* attributes_;
  RestoreCourse* course_;
  int root_ = -1;
  int target_ = -1;
  const TreeMerge* merge_ = nullptr;
  Overwrite overwrite_ = Overwrite::refuse;
  bool touches_all_ = true;
  uint64_t links_ = 0;
};

}  // namespace penstock
