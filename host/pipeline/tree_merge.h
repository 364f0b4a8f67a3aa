// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace penstock {

// Moves what was restored from its stage into a directory that is there already, entry by entry: each takes
// the place of what stood there in one step, whole. Through no symlink. One thread. Memory: the paths of
// directories.
class TreeMerge {
 public:
  // Descriptors of the two directories, which are on one file system.
  TreeMerge(int stage, int target) : stage_(stage), target_(target) {}

  // failed: an entry cannot be moved, as across a mount point; what was moved before stays.
  Status move_all();

  // Whether the directory `path` was restored; it may have been there before.
  bool restored(std::string_view path) const { return merged_.contains(path) || is_new(path); }
  // Whether it, or a directory above it, was not there before.
  bool is_new(std::string_view path) const;

 private:
  Status move_entries(int stage, int target, const std::string& path);
  Status move_entry(int stage, int target, const std::string& name, const std::string& path);

  int stage_;
  int target_;
  std::set<std::string, std::less<>> merged_;  // were there, and in the stage
  std::set<std::string, std::less<>> moved_;   // with all below them
};

}  // namespace penstock
