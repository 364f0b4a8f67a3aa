// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/dag_link.h"

namespace penstock {

// An entry and the hash that places it.
struct HamtEntry {
  uint64_t hash = 0;  // murmur3_x64_64 of the name
  std::string_view name;
  DagLink link;
};

inline constexpr unsigned kHamtLevels = 8;  // of one byte each of the hash

// The slot that `hash` takes in a shard `depth` levels below the root.
inline uint8_t hamt_slot(uint64_t hash, unsigned depth) {
  return static_cast<uint8_t>(hash >> (56 - 8 * depth));
}

// Puts the shards of a UnixFS HAMT (docs/tree.md) and returns the root. Sorts `entries`; names are distinct.
// usage error: two names have the same hash.
Result<DagLink> put_hamt(BlockSink& sink, std::span<HamtEntry> entries);

}  // namespace penstock
