// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"

namespace penstock {

// The names in an open directory, ascending by bytes. failed: it cannot be read; `path` is for messages.
Result<std::vector<std::string>> names_in_directory(int directory, const std::string& path);

// What a removal took: the topmost paths of what went whole.
struct RemovedParts {
  static constexpr size_t kPathsMax = 4096;

  std::vector<std::string> paths{};
  uint64_t unnamed = 0;  // further ones

  void add(std::string path);
  void add(RemovedParts below);
};

// Removes `name` in `directory` and all below it as far as `takes` says so of each path; a directory in which
// something stays stays too. Through no symlink, and not across a mount point. `stays` is told of what cannot
// be removed, and the rest is; without it that ends the removal. failed: something cannot be removed.
// `removed` has then what went.
Status remove_tree(int directory, const std::string& name, const std::string& path,
                   const std::function<bool(const std::string& path)>& takes,
                   const std::function<void(const std::string& path, const Error&)>& stays = {},
                   RemovedParts* removed = nullptr);

}  // namespace penstock
