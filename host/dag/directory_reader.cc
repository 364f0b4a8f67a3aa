// SPDX-License-Identifier: Apache-2.0
#include "dag/directory_reader.h"

#include <algorithm>
#include <bitset>
#include <optional>

#include "dag/commit.h"
#include "dag/entry_name.h"
#include "dag/file_node.h"
#include "dag/hamt_builder.h"
#include "dag/murmur3.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

// What a slot of a shard holds: an entry, or (no name) the shard below.
struct ShardSlot {
  uint8_t slot = 0;
  DirectoryEntry entry;
};

// A shard's place: the first `depth` bytes of the hashes of all names in it.
struct ShardPlace {
  unsigned depth = 0;
  uint64_t prefix = 0;

  ShardPlace below(uint8_t slot) const { return {depth + 1, prefix << 8 | slot}; }
  bool holds(uint64_t hash) const { return depth == 0 || hash >> (64 - 8 * depth) == prefix; }
};

Failure malformed(const Cid& cid, std::string why) {
  return fail(Errc::corrupt, "directory block " + cid.text(), std::move(why), kMalformedRemedy);
}

Failure bad_name(const Cid& cid, std::string_view name, const std::string& fault) {
  return malformed(cid, "entry '" + printable(name.substr(0, 256)) + "': " + fault);
}

Failure no_entry(const Cid& directory, std::string_view name) {
  return fail(Errc::absent, "'" + printable(name) + "'",
              "directory " + directory.text() + " has no such entry",
              "list it with: penstock ls " + directory.text());
}

std::optional<uint8_t> take_slot(std::string_view text) {
  unsigned slot = 0;
  if (text.size() < 2) return std::nullopt;
  for (const char digit : text.substr(0, 2)) {
    const bool letter = digit >= 'A' && digit <= 'F';
    if (!letter && (digit < '0' || digit > '9')) return std::nullopt;
    slot = slot << 4 | static_cast<unsigned>(letter ? digit - 'A' + 10 : digit - '0');
  }
  return static_cast<uint8_t>(slot);
}

// The bit field as slots; nothing if it is longer than the fanout.
std::optional<std::bitset<kHamtFanout>> slots_of(Bytes field) {
  if (field.size() > kHamtFanout / 8) return std::nullopt;
  std::bitset<kHamtFanout> slots;
  for (size_t slot = 0; slot < field.size() * 8; ++slot) {
    if (field[field.size() - 1 - slot / 8] >> (slot % 8) & 1) slots.set(slot);
  }
  return slots;
}

Result<DirectoryEntries> plain_entries(const Cid& cid, const PbNode& node) {
  DirectoryEntries entries;
  for (const PbLink& link : node) {
    if (std::string fault = entry_name_fault(link.name); !fault.empty())
      return bad_name(cid, link.name, fault);
    if (!entries.empty() && entries.name(entries.size() - 1) >= link.name)
      return bad_name(cid, link.name, "it stands twice or out of order");
    entries.add(link.name, link.cid, link.dag_bytes);
  }
  return entries;
}

DirectoryEntry entry_of(const DirectoryEntries::Entry& entry) {
  return {std::string(entry.name), entry.cid, entry.dag_bytes};
}

Result<ShardSlot> shard_slot(const Cid& cid, const PbLink& link, const ShardPlace& place) {
  const auto slot = take_slot(link.name);
  if (!slot) return malformed(cid, "a shard's link does not begin with two upper-case hex digits");
  ShardSlot out{*slot, {std::string(link.name.substr(2)), link.cid, link.dag_bytes}};
  const std::string& name = out.entry.name;
  const ShardPlace below = place.below(*slot);
  if (name.empty()) {
    if (below.depth >= kHamtLevels)
      return malformed(cid, "its shards are nested deeper than their hash has bytes");
    if (link.cid.codec != Multicodec::dag_pb) return malformed(cid, "a shard that links to what is no shard");
  } else {
    if (std::string fault = entry_name_fault(name); !fault.empty()) return bad_name(cid, name, fault);
    if (!below.holds(murmur3_x64_64(as_bytes(name))))
      return bad_name(cid, name, "it is not where its hash puts it");
  }
  return out;
}

Result<std::vector<ShardSlot>> shard_slots(const Cid& cid, const UnixfsNode& shard, const ShardPlace& place) {
  const UnixfsData& data = shard.data;
  if (data.type != UnixfsType::hamt_shard) return malformed(cid, "a shard that links to what is no shard");
  if (data.fanout != kHamtFanout || data.hash_type != kHamtHashType)
    return malformed(cid, "its shards are not of fanout 256 by murmur3-x64-64");
  const auto field = slots_of(data.data);
  if (!field || field->count() != shard.node.link_count())
    return malformed(cid, "its bit field does not match its links");
  if (place.depth > 0 && field->none()) return malformed(cid, "a shard that is empty");
  std::vector<ShardSlot> slots;
  slots.reserve(shard.node.link_count());
  for (const PbLink& link : shard.node) {
    PENSTOCK_TRY_ASSIGN(ShardSlot slot, shard_slot(cid, link, place));
    if (!slots.empty() && slots.back().slot >= slot.slot) return malformed(cid, "its links are out of order");
    if (!field->test(slot.slot)) return malformed(cid, "its bit field does not match its links");
    slots.push_back(std::move(slot));
  }
  return slots;
}

bool is_directory(UnixfsType type) {
  return type == UnixfsType::directory || type == UnixfsType::hamt_shard;
}

Failure not_a_directory(const Cid& cid) {
  return fail(Errc::usage, cid.text(), "it is not a directory",
              "see what it is with: penstock stat " + cid.text());
}

// The slots of the shard that `cid` names, read below the root.
Result<std::vector<ShardSlot>> read_shard(BlockSource& blocks, const Cid& cid, const ShardPlace& place) {
  PENSTOCK_TRY_ASSIGN(const Bytes block, blocks.read(cid));
  PENSTOCK_TRY_ASSIGN(const UnixfsNode shard, decode_unixfs_node(cid, block));
  return shard_slots(cid, shard, place);
}

Status gather(BlockSource& blocks, const std::vector<ShardSlot>& slots, const ShardPlace& place,
              DirectoryEntries& entries) {
  for (const ShardSlot& slot : slots) {
    if (!slot.entry.name.empty()) {
      entries.add(slot.entry.name, slot.entry.cid, slot.entry.dag_bytes);
      continue;
    }
    const ShardPlace below = place.below(slot.slot);
    PENSTOCK_TRY_ASSIGN(const std::vector<ShardSlot> inner, read_shard(blocks, slot.entry.cid, below));
    PENSTOCK_TRY(gather(blocks, inner, below, entries));
  }
  return {};
}

Result<std::optional<DirectoryEntry>> find_in_shards(BlockSource& blocks, std::vector<ShardSlot> slots,
                                                     std::string_view name) {
  const uint64_t hash = murmur3_x64_64(as_bytes(name));
  for (ShardPlace place;; place = place.below(hamt_slot(hash, place.depth))) {
    const auto found = std::ranges::find(slots, hamt_slot(hash, place.depth), &ShardSlot::slot);
    if (found == slots.end()) return std::nullopt;
    if (!found->entry.name.empty()) {
      if (found->entry.name != name) return std::nullopt;
      return std::optional(std::move(found->entry));
    }
    const Cid below = found->entry.cid;
    PENSTOCK_TRY_ASSIGN(slots, read_shard(blocks, below, place.below(found->slot)));
  }
}

}  // namespace

Result<DirectoryEntries> DirectoryReader::entries(const Cid& directory) {
  if (directory.codec != Multicodec::dag_pb) return not_a_directory(directory);
  ObjectSource blocks(*source_, directory);
  PENSTOCK_TRY_ASSIGN(const Bytes block, blocks.read(directory));
  PENSTOCK_TRY_ASSIGN(const UnixfsNode root, decode_unixfs_node(directory, block));
  if (!is_directory(root.data.type)) return not_a_directory(directory);
  if (root.data.type == UnixfsType::directory) return plain_entries(directory, root.node);
  PENSTOCK_TRY_ASSIGN(const std::vector<ShardSlot> slots, shard_slots(directory, root, {}));
  DirectoryEntries entries;
  PENSTOCK_TRY(gather(blocks, slots, {}, entries));
  entries.sort();
  return entries;
}

Result<std::vector<DirectoryEntry>> DirectoryReader::list(const Cid& directory) {
  PENSTOCK_TRY_ASSIGN(const DirectoryEntries found, this->entries(directory));
  std::vector<DirectoryEntry> entries;
  entries.reserve(found.size());
  for (size_t i = 0; i < found.size(); ++i) entries.push_back(entry_of(found[i]));
  return entries;
}

Result<DirectoryEntry> DirectoryReader::lookup(const Cid& directory, std::string_view name) {
  if (directory.codec != Multicodec::dag_pb) return not_a_directory(directory);
  ObjectSource blocks(*source_, directory);
  PENSTOCK_TRY_ASSIGN(const Bytes block, blocks.read(directory));
  PENSTOCK_TRY_ASSIGN(const UnixfsNode root, decode_unixfs_node(directory, block));
  if (!is_directory(root.data.type)) return not_a_directory(directory);
  if (root.data.type == UnixfsType::directory) {
    PENSTOCK_TRY_ASSIGN(const DirectoryEntries entries, plain_entries(directory, root.node));
    const size_t found = entries.lower_bound(name);
    if (found == entries.size() || entries.name(found) != name) return no_entry(directory, name);
    return entry_of(entries[found]);
  }
  PENSTOCK_TRY_ASSIGN(std::vector<ShardSlot> slots, shard_slots(directory, root, {}));
  PENSTOCK_TRY_ASSIGN(auto found, find_in_shards(blocks, std::move(slots), name));
  if (!found) return no_entry(directory, name);
  return std::move(*found);
}

Result<Cid> resolve_path(BlockSource& source, const Cid& start, std::string_view path) {
  Cid at = start;
  if (start.codec == Multicodec::dag_cbor) {
    PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(source, start));
    at = commit.root;
  }
  // A directory on the way that is missing must not look like a name that is not there.
  ObjectSource blocks(source, start);
  for (std::string_view rest = path; !rest.empty();) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view name = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (std::string fault = entry_name_fault(name); !fault.empty())
      return fail(Errc::usage, "path '" + printable(path) + "'", "'" + printable(name) + "': " + fault,
                  "give a path of entry names, such as a/b/c");
    PENSTOCK_TRY_ASSIGN(const DirectoryEntry entry, DirectoryReader(blocks).lookup(at, name));
    at = entry.cid;
  }
  return at;
}

}  // namespace penstock
