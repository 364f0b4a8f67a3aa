// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"

namespace penstock {

// The distinct blocks that an object is made of.
struct BlockCount {
  uint64_t leaves = 0;
  uint64_t nodes = 0;
};

// Walks the whole tree below `cid` (a commit: its block and its root's tree), reading each node once and no
// leaf. Memory: some 64 bytes a distinct block. corrupt: a node is missing or malformed.
Result<BlockCount> count_blocks(BlockSource& source, const Cid& cid);

}  // namespace penstock
