// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace penstock {

// A path that somebody gave to be put, and the name that it is stored under.
struct TopLevelPath {
  std::string path;     // to open and, without a trailing slash, to name it by in messages
  std::string name;     // its last component; that of the real path for '.', '..', 'x/..'; 'root' for '/'
  bool follow = false;  // a trailing slash or dot asks for what a symlink leads to; otherwise the link is put

  // failed error: nothing is there, or it cannot be looked at.
  static Result<TopLevelPath> resolve(const std::string& given);
};

// Several of them, as given. usage error: two have the same name; failed: as resolve.
Result<std::vector<TopLevelPath>> resolve_top_level(const std::vector<std::string>& given);
// Where it is, from the root on, without symlinks but itself; empty where that cannot be told.
std::string absolute_path(const TopLevelPath& top);

}  // namespace penstock
