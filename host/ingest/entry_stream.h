// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/entry_filter.h"
#include "ingest/file_status.h"
#include "ingest/file_xattrs.h"
#include "ingest/found_file.h"
#include "ingest/path_selection.h"
#include "ingest/settle_rule.h"
#include "ingest/source.h"

namespace penstock {

// One thing met on the way through what is put. Between a directory's begin and its end come its entries.
struct Entry {
  enum class Kind : uint8_t {
    directory_begin,
    directory_end,
    file,
    symlink,
    special,  // a FIFO, socket or device
    unreadable,
  };

  Kind kind = Kind::file;
  std::string name{};                // in its directory: any bytes but '/' and NUL
  std::string path{};                // as the user would name it, for messages
  std::string target{};              // symlink
  std::unique_ptr<Source> source{};  // file; none where it is found
  // Where metadata is asked for: of all but directory_end and unreadable, its status, and but for files, its
  // attributes; a file is found and not open.
  std::optional<FileStatus> status{};
  std::vector<FileXattr> xattrs{};
  std::string xattr_fault{};  // why these could not be read; empty if they could
  std::unique_ptr<FoundFile> found{};
  uint64_t size_hint = 0;  // file: the source gives no more bytes; 0 if that is unknown
  Error error{};           // unreadable: why (code partial); the rest goes on without it
};

// What is wanted of a walk.
struct EntryOptions {
  bool metadata = false;               // and FIFOs, sockets and devices, which are unreadable otherwise
  const SettleRule* settle = nullptr;  // none: the system's
  // With metadata, what is chosen. Both outlive the walk.
  EntryFilter* filter = nullptr;
  const PathSelection* only = nullptr;  // of a walk from '/' on
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
// '/' as 'root'. A symlink is put as such, with a trailing slash what it leads to. With metadata they come in
// ascending order of these names, whatever order they are given in. usage error: two have the same base name;
// failed: one does not exist.
Result<std::unique_ptr<EntryStream>> open_paths(const std::vector<std::string>& paths,
                                                const EntryOptions& options = {});
// One top-level file entry named `name` that reads descriptor `fd` (standard input), which stays the
// caller's, to its end.
std::unique_ptr<EntryStream> open_descriptor(int fd, std::string name);

}  // namespace penstock
