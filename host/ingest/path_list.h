// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace penstock {

inline constexpr uint64_t kPathListBytesMax = kGiB;

// The paths of a list, each with its place in it, counted from 1. They are taken as they stand.
struct ListedPath {
  std::string path;
  uint64_t place = 0;
};
enum class ListForm : uint8_t {
  lines,  // empty ones are none
  nul,    // each ends with a NUL, the last may lack it
};
// usage error: an empty path in a list with NULs, or a NUL in one of lines. `file` is its name in errors.
Result<std::vector<ListedPath>> parse_path_list(std::string_view text, const std::string& file,
                                                ListForm form);

// Where the paths of a file, or of standard input as "-", are from the root on, without symlinks but
// themselves; relative ones from the working directory. failed: it cannot be read, is too large, or one of
// them is not there.
Status read_path_list(const std::string& file, ListForm form, std::vector<std::string>& into);
// The same of one path.
Result<std::string> located_path(const std::string& path);

}  // namespace penstock
