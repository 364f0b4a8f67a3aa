// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/source.h"

namespace penstock {

// One thing met on the way through what is put. Between a directory's begin and its end come its entries.
struct Entry {
  enum class Kind : uint8_t { directory_begin, directory_end, file, symlink, unreadable };

  Kind kind = Kind::file;
  std::string name{};                // in its directory: any bytes but '/' and NUL
  std::string path{};                // as the user would name it, for messages
  std::string target{};              // symlink
  std::unique_ptr<Source> source{};  // file
  uint64_t size_hint = 0;            // file: the source gives no more bytes; 0 if that is unknown
  Error error{};                     // unreadable: why (code partial); the rest goes on without it
};

// Names what is put, one entry after the other: directories' entries in ascending byte order of their names.
// Holds a bounded number of descriptors. One thread.
class EntryStream {
 public:
  virtual ~EntryStream() = default;
  // Nothing at the end. An error is one that every further entry would meet too: no descriptors, no memory.
  virtual Result<std::optional<Entry>> next() = 0;
};

// The given paths, each a top-level entry under its base name: '.' and '..' under that of their real path,
// '/' as 'root'. A symlink is put as such, with a trailing slash what it leads to. usage error: two have the
// same base name; failed: one does not exist.
Result<std::unique_ptr<EntryStream>> open_paths(const std::vector<std::string>& paths);
// One top-level file entry named `name` that reads descriptor `fd` (standard input), which stays the
// caller's, to its end.
std::unique_ptr<EntryStream> open_descriptor(int fd, std::string name);

}  // namespace penstock
