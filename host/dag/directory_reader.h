// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/directory_entries.h"

namespace penstock {

// Directories nested deeper are refused by whoever walks a tree.
inline constexpr size_t kDirectoryDepthMax = 1024;

struct DirectoryEntry {
  std::string name;
  Cid cid;
  uint64_t dag_bytes = 0;  // Tsize
};

// Reads UnixFS directories, plain or HAMT, and believes nothing of them: names must be fit for a file system
// (entry_name.h), plain links strictly ascending, HAMT links at the place that their name's hash gives. One
// thread.
class DirectoryReader {
 public:
  explicit DirectoryReader(BlockSource& source) : source_(&source) {}

  // All entries in ascending byte order of their names. absent: no such object; usage: not a directory;
  // corrupt: malformed, or part of it is missing.
  Result<DirectoryEntries> entries(const Cid& directory);
  // The same, each on its own: twice the memory.
  Result<std::vector<DirectoryEntry>> list(const Cid& directory);
  // One entry, without reading more of a HAMT than the path to it. absent: there is none of that name.
  Result<DirectoryEntry> lookup(const Cid& directory, std::string_view name);

 private:
  BlockSource* source_;
};

// What `path` ("a/b/c"; empty: the object itself) leads to from `start`, a directory or a commit, by its
// root. Symlinks are not followed. absent: an entry is not there; usage: "", "." or ".." inside, or not a
// directory.
Result<Cid> resolve_path(BlockSource& source, const Cid& start, std::string_view path);

}  // namespace penstock
