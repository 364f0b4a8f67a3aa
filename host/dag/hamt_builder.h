// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/dag_link.h"
#include "dag/directory_entries.h"

namespace penstock {

inline constexpr unsigned kHamtLevels = 8;  // of one byte each of the hash

// The slot that `hash` takes in a shard `depth` levels below the root.
inline uint8_t hamt_slot(uint64_t hash, unsigned depth) {
  return static_cast<uint8_t>(hash >> (56 - 8 * depth));
}

// Puts the shards of a UnixFS HAMT (docs/tree.md) of `entries`, whose names are distinct, and returns the
// root. Memory: 16 bytes an entry. usage error: two names have the same hash.
Result<DagLink> put_hamt(BlockSink& sink, const DirectoryEntries& entries);

}  // namespace penstock
