// SPDX-License-Identifier: Apache-2.0
#include "dag/sharded_list_reader.h"

#include <utility>

#include "base/limits.h"
#include "dag/object_source.h"
#include "dag/sharded_list_builder.h"

namespace penstock {

ShardedListReader::ShardedListReader(BlockSource& source, const Cid& list, std::optional<Cid> mirror,
                                     NameOrder before)
    : source_(&source), before_(before), top_(Place{.cid = list, .mirror = mirror}) {}

Failure ShardedListReader::malformed(const Cid& cid, std::string why) const {
  return malformed_block(cid, "metadata list: " + std::move(why));
}

Failure ShardedListReader::fault(Error error) const {
  return fault_in_block(leaf_cid_, std::move(error));
}

Result<bool> ShardedListReader::next() {
  while (left_ == 0) {
    if (top_) {
      PENSTOCK_TRY(open(*std::exchange(top_, std::nullopt), true));
      continue;
    }
    while (!path_.empty() && path_.back().next == path_.back().shards.size()) path_.pop_back();
    if (path_.empty()) return false;
    const Place place = place_of_next(path_.back());
    ++path_.back().next;
    if (is_skipped(place.end)) continue;
    PENSTOCK_TRY(open(place, false));
  }
  return true;
}

ShardedListReader::Place ShardedListReader::place_of_next(const Node& node) {
  const Shard& shard = node.shards[node.next];
  Place place{.cid = shard.cid, .mirror = std::nullopt, .level = node.level - 1, .first = shard.first_name};
  place.entries = shard.entries;
  if (!node.mirrors.empty()) place.mirror = node.mirrors[node.next];
  place.end = node.end;
  if (node.next + 1 < node.shards.size()) place.end = node.shards[node.next + 1].first_name;
  return place;
}

Status ShardedListReader::open(const Place& place, bool is_top) {
  if (place.cid.codec != Multicodec::dag_cbor) return malformed(place.cid, "it is no dag-cbor block");
  auto block = source_->read(place.cid);
  if (!block && block.error().code == Errc::absent) {
    return fail(Errc::corrupt, "metadata block " + place.cid.text(), "is missing",
                "put the data again: what is missing will be stored anew");
  }
  PENSTOCK_TRY(block);
  if (block->size() > kBlockBytesMax) return malformed(place.cid, "it is larger than 2 MiB");
  leaf_.assign(block->begin(), block->end());
  CborReader from(leaf_);
  const auto fields = from.map();
  if (!fields) return fault_in_block(place.cid, fields.error());
  if (is_top ? *fields == 1 : place.level == 0) {
    if (*fields != 1) return malformed(place.cid, "a leaf with more than its entries");
    return open_leaf(from, place, is_top);
  }
  if (*fields != 2) return malformed(place.cid, "a node that has not level and shards");
  return open_node(from, place, is_top);
}

Status ShardedListReader::open_leaf(CborReader& from, const Place& place, bool is_top) {
  if (const Status key = from.key_is("entries"); !key) return fault_in_block(place.cid, key.error());
  const auto count = from.array();
  if (!count) return fault_in_block(place.cid, count.error());
  if (!is_top && (*count == 0 || *count != place.entries))
    return malformed(place.cid, "a leaf of other entries than the node above says");
  if (*count == 0) {
    if (const Status end = from.end(); !end) return fault_in_block(place.cid, end.error());
  }
  leaf_cid_ = place.cid;
  left_ = *count;
  entries_ = from;
  leaf_first_ = place.first;
  leaf_end_ = place.end;
  items_.reset();
  if (place.mirror) open_leaf_mirror(*place.mirror, *count);
  mirror_lost_ = mirror_lost_ || (place.mirror && !items_);
  return {};
}

void ShardedListReader::open_leaf_mirror(const Cid& cid, size_t count) {
  if (cid.codec != Multicodec::dag_cbor) return;
  const auto block = source_->read(cid);
  if (!block || block->size() > kBlockBytesMax) return;
  leaf_mirror_.assign(block->begin(), block->end());
  CborReader from(leaf_mirror_);
  const auto fields = from.map();
  if (!fields || *fields != 1 || !from.key_is("entries")) return;
  const auto items = from.array();
  if (items && *items == count) items_ = from;
}

Status ShardedListReader::open_node(CborReader& from, const Place& place, bool is_top) {
  Node node;
  node.end = place.end;
  const auto take = [&]() -> Status {
    PENSTOCK_TRY(from.key_is("level"));
    PENSTOCK_TRY_ASSIGN(const uint64_t level, from.natural(kListLevelsMax));
    node.level = static_cast<unsigned>(level);
    PENSTOCK_TRY(from.key_is("shards"));
    PENSTOCK_TRY_ASSIGN(const size_t count, from.array());
    for (size_t i = 0; i < count; ++i) {
      PENSTOCK_TRY_ASSIGN(Shard shard, take_shard(from));
      node.shards.push_back(std::move(shard));
    }
    return from.end();
  };
  if (const Status taken = take(); !taken) return fault_in_block(place.cid, taken.error());
  PENSTOCK_TRY(check_node(node, place, is_top));
  node.mirrors = read_node_mirror(place.mirror, node.shards.size());
  mirror_lost_ = mirror_lost_ || (place.mirror && node.mirrors.empty());
  path_.push_back(std::move(node));
  return {};
}

Result<ShardedListReader::Shard> ShardedListReader::take_shard(CborReader& from) const {
  PENSTOCK_TRY_ASSIGN(const size_t parts, from.array());
  if (parts != 3) return fail(Errc::corrupt, "metadata list", "a shard that has not 3 parts");
  Shard shard;
  PENSTOCK_TRY_ASSIGN(const Bytes name, from.bytes());
  shard.first_name = as_text(name);
  PENSTOCK_TRY_ASSIGN(shard.cid, from.link());
  PENSTOCK_TRY_ASSIGN(shard.entries, from.natural());
  return shard;
}

Status ShardedListReader::check_node(const Node& node, const Place& place, bool is_top) const {
  if (node.level == 0 || (!is_top && node.level != place.level))
    return malformed(place.cid, "a node of another level than its place");
  if (node.shards.empty()) return malformed(place.cid, "a node without shards");
  if (place.first && node.shards.front().first_name != *place.first)
    return malformed(place.cid, "its first name is not the one that the node above says");
  uint64_t entries = 0;
  for (size_t i = 0; i < node.shards.size(); ++i) {
    const Shard& shard = node.shards[i];
    if (i > 0 && !before_(node.shards[i - 1].first_name, shard.first_name))
      return malformed(place.cid, "shards that are out of order");
    if (shard.entries == 0 || shard.entries > UINT64_MAX - entries)
      return malformed(place.cid, "a shard of an impossible number of entries");
    entries += shard.entries;
  }
  if (place.end && !before_(node.shards.back().first_name, *place.end))
    return malformed(place.cid, "a shard that lies behind its node's end");
  if (!is_top && entries != place.entries)
    return malformed(place.cid, "a node of other entries than the node above says");
  return {};
}

// Nothing where it does not mirror a node of so many shards.
std::vector<Cid> ShardedListReader::read_node_mirror(const std::optional<Cid>& cid, size_t count) {
  if (!cid || cid->codec != Multicodec::dag_cbor) return {};
  const auto block = source_->read(*cid);
  if (!block || block->size() > kBlockBytesMax) return {};
  CborReader from(*block);
  const auto fields = from.map();
  if (!fields || *fields != 1 || !from.key_is("shards")) return {};
  const auto links = from.array();
  if (!links || *links != count) return {};
  std::vector<Cid> mirrors;
  for (size_t i = 0; i < count; ++i) {
    const auto link = from.link();
    if (!link) return {};
    mirrors.push_back(*link);
  }
  return mirrors;
}

Status ShardedListReader::took(std::string_view name) {
  if (leaf_first_ && name != *leaf_first_)
    return malformed(leaf_cid_, "its first name is not the one that the node above says");
  leaf_first_.reset();
  if (took_one_ && !before_(last_name_, name)) return malformed(leaf_cid_, "entries that are out of order");
  if (leaf_end_ && !before_(name, *leaf_end_))
    return malformed(leaf_cid_, "an entry that lies behind its leaf's end");
  last_name_ = name;
  took_one_ = true;
  if (--left_ > 0) return {};
  if (const Status end = entries_.end(); !end) return fault_in_block(leaf_cid_, end.error());
  return {};
}

bool ShardedListReader::is_skipped(const std::optional<std::string>& end) const {
  return skip_to_ && end && !before_(*skip_to_, *end);
}

void ShardedListReader::skip_to(std::string_view name) {
  skip_to_ = name;
  if (is_skipped(leaf_end_)) left_ = 0;
}

}  // namespace penstock
