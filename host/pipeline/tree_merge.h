// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace penstock {

// Moves what was restored from its stage into a directory that is there already, entry by entry: each takes
// the place of what stood there in one step, whole. Through no symlink. One thread. Memory: the paths of
// directories.
class TreeMerge {
 public:
  // Descriptors of the two directories, which are on one file system. `replace`: what is no directory may
  // stand there.
  TreeMerge(int stage, int target, bool replace) : stage_(stage), target_(target), replace_(replace) {}

  // Directories that were not there before: to be noted before anything moves, since nobody can tell
  // afterwards.
  Result<std::string> plan();
  // The plan of a merge that was interrupted: what it says is_new().
  void take_plan(std::string_view plan);

  // Directories that were there are first made no more open than those in the stage, and the topmost than
  // `mode`: what moves into them may not be for everybody who could enter. They get their modes later.
  void close_to(unsigned mode) { top_mode_ = mode; }
  // Told of each entry in whose place something stands that cannot be removed: it is left out.
  void tell_left(std::function<void(const std::string& path, const Error&)> told) { left_ = std::move(told); }
  // failed: an entry cannot be moved; what was moved before stays.
  Status move_all();

  // Whether the directory `path` was restored; it may have been there before.
  bool restored(std::string_view path) const { return merged_.contains(path) || is_new(path); }
  // Whether it, or a directory above it, was not there before.
  bool is_new(std::string_view path) const;

 private:
  Status plan_entries(int stage, int target, const std::string& path, std::string& plan);
  Status move_entries(int stage, int target, const std::string& path);
  Status leave_out(int stage, const std::string& name, const std::string& path, const Error& error);
  Status move_entry(int stage, int target, const std::string& name, const std::string& path);

  int stage_;
  int target_;
  bool replace_;
  std::optional<unsigned> top_mode_;
  std::function<void(const std::string& path, const Error&)> left_;
  std::set<std::string, std::less<>> merged_;  // were there, and in the stage
  std::set<std::string, std::less<>> moved_;   // with all below them
};

}  // namespace penstock
