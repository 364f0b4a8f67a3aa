// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/tree_cursor.h"

namespace penstock {

// What an entry of a tree is. `other`: a block that is neither, such as a commit.
enum class EntryKind : uint8_t {
  file,
  directory,
  symlink,
  fifo,
  socket,
  block_device,
  character_device,
  other,
};

// "file", "directory", "symlink", "fifo", "socket", "block-device", "character-device", "other".
std::string_view entry_kind_text(EntryKind kind);

// Of a mode's type; `other` of one that is none.
EntryKind kind_of_mode(uint32_t mode);

// What its metadata says, else what its content is: of dag-pb that reads a block. corrupt: that is missing or
// malformed.
Result<EntryKind> entry_kind(BlockSource& source, const TreeEntry& entry);

}  // namespace penstock
