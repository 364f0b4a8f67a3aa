// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/directory_reader.h"

namespace penstock {

// A directory as a client is to see it.
struct ListedDirectory {
  std::string path;  // as it was asked for, ASCII
  Cid cid;
  bool has_parent = false;  // the path leads to one
  std::vector<DirectoryEntry> entries;
};

// So many bytes of blocks are read for one listing: about a quarter of a million entries.
inline constexpr uint64_t kListingBlockBytesMax = uint64_t{16} << 20;

// As DirectoryReader::list; nothing if it has more blocks than that.
Result<std::optional<std::vector<DirectoryEntry>>> list_directory(BlockSource& source, const Cid& directory);

}  // namespace penstock
