// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/entry_kind.h"
#include "dag/tree_cursor.h"
#include "ingest/path_pattern.h"

namespace penstock {

// Which entries of a tree are wanted.
struct EntryWish {
  PathPattern pattern;
  std::optional<EntryKind> kind;
  std::optional<int64_t> newer;  // mtime, seconds since 1970: then or later
  std::optional<int64_t> older;
  std::optional<uint64_t> larger;  // bytes of content: more; files alone
  std::optional<uint64_t> smaller;

  // `path` begins with '/'. Without metadata there is no mtime, and nothing is newer or older.
  Result<bool> met_by(BlockSource& source, const TreeEntry& entry, EntryKind found,
                      std::string_view path) const;
};

// Bytes of a file's content, as far as its metadata or its directory says, else as its block does.
Result<uint64_t> entry_bytes(BlockSource& source, const TreeEntry& entry);

}  // namespace penstock
