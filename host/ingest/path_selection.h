// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

// Some absolute paths out of a whole file system: a walk from its root takes these, with all below them, and
// the directories above. Costs their text. Any thread.
class PathSelection {
 public:
  // In any order; doubles count once. Without symlinks but at the end, "." or "..".
  explicit PathSelection(std::vector<std::string> paths);

  bool empty() const { return paths_.empty(); }
  // All of them, component by component ascending, each once; "/" is "".
  const std::vector<std::string>& paths() const { return paths_; }
  bool contains(std::string_view path) const;
  // Whether one lies below `path`.
  bool leads_below(std::string_view path) const;
  // How many of the paths are below the directory `path`.
  size_t count_below(std::string_view path) const;
  // The names in `path` that are in the selection or lead to it, in ascending byte order.
  std::vector<std::string> names_below(std::string_view path) const;
  // The one path, or the directory that holds them all: "/" at most.
  std::string common_path() const;

 private:
  size_t first_below(std::string_view path) const;

  std::vector<std::string> paths_;
};

}  // namespace penstock
