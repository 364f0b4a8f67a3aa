// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace penstock {

inline constexpr size_t kEntryNameBytesMax = 4096;
inline constexpr size_t kSymlinkTargetBytesMax = 65536;

// Why `name` cannot name a directory's entry; empty if it can: any bytes but '/' and NUL, not "", "." or
// "..", not over kEntryNameBytesMax.
std::string entry_name_fault(std::string_view name);
// The same of a symlink's target: not empty, no NUL, not over kSymlinkTargetBytesMax.
std::string symlink_target_fault(std::string_view target);

// A name for messages: control characters, quotes and backslash escaped, invalid UTF-8 as \xNN.
std::string printable(std::string_view bytes);

}  // namespace penstock
