// SPDX-License-Identifier: Apache-2.0
#include "dag/hamt_builder.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "dag/dag_pb.h"
#include "dag/entry_name.h"
#include "dag/murmur3.h"
#include "dag/unixfs.h"

namespace penstock {
namespace {

// An entry's hash, and its place in the listing.
struct HashedEntry {
  uint64_t hash = 0;
  size_t place = 0;
};

std::string slot_text(uint8_t slot) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  return {kDigits[slot >> 4], kDigits[slot & 15]};
}

// The bit field as one big-endian number: slot 0 is the lowest bit of the last byte; leading zero bytes
// dropped.
std::vector<uint8_t> bit_field(std::span<const HashedEntry> entries, unsigned depth) {
  std::vector<uint8_t> field(kHamtFanout / 8);
  for (const HashedEntry& entry : entries) {
    const uint8_t slot = hamt_slot(entry.hash, depth);
    field[field.size() - 1 - slot / 8] |= static_cast<uint8_t>(1 << slot % 8);
  }
  field.erase(field.begin(), std::ranges::find_if(field, [](uint8_t byte) { return byte != 0; }));
  return field;
}

// `entries` ascend by hash and agree in the first `depth` bytes of it.
Result<DagLink> put_shard(BlockSink& sink, const DirectoryEntries& listing,
                          std::span<const HashedEntry> entries, unsigned depth) {
  if (depth == kHamtLevels) {
    const std::string one = printable(listing.name(entries[0].place));
    const std::string other = printable(listing.name(entries[1].place));
    return fail(Errc::usage, "'" + one + "' and '" + other + "'",
                "a large directory cannot hold two names of the same hash", "rename one of them");
  }
  std::vector<uint8_t> block;
  DagLink shard;
  for (size_t from = 0; from < entries.size();) {
    const uint8_t slot = hamt_slot(entries[from].hash, depth);
    size_t to = from + 1;
    while (to < entries.size() && hamt_slot(entries[to].hash, depth) == slot) ++to;
    std::string name = slot_text(slot);
    DagLink child;
    if (to - from == 1) {
      const DirectoryEntries::Entry entry = listing[entries[from].place];
      name += entry.name;
      child = {entry.cid, 0, entry.dag_bytes};
    } else {
      PENSTOCK_TRY_ASSIGN(child, put_shard(sink, listing, entries.subspan(from, to - from), depth + 1));
    }
    append_pb_link(block, child.cid, name, child.dag_bytes);
    shard.dag_bytes += child.dag_bytes;
    from = to;
  }
  const std::vector<uint8_t> field = bit_field(entries, depth);
  UnixfsData data;
  data.type = UnixfsType::hamt_shard;
  data.data = field;
  data.hash_type = kHamtHashType;
  data.fanout = kHamtFanout;
  append_pb_data(block, encode_unixfs(data));
  shard.cid = cid_of(Multicodec::dag_pb, block);
  shard.dag_bytes += block.size();
  PENSTOCK_TRY(sink.put(shard.cid, block));
  return shard;
}

}  // namespace

Result<DagLink> put_hamt(BlockSink& sink, const DirectoryEntries& entries) {
  std::vector<HashedEntry> hashed;
  hashed.reserve(entries.size());
  for (size_t place = 0; place < entries.size(); ++place)
    hashed.push_back({murmur3_x64_64(as_bytes(entries.name(place))), place});
  std::ranges::sort(hashed, {}, &HashedEntry::hash);
  return put_shard(sink, entries, hashed, 0);
}

}  // namespace penstock
