// SPDX-License-Identifier: Apache-2.0
#include "dag/sharded_list_builder.h"

#include <utility>

#include "base/check.h"
#include "dag/cbor_writer.h"
#include "dag/murmur3.h"

namespace penstock {
namespace {

constexpr uint64_t kCutModulus = 256;

// A leaf of so many entries, in so many bytes: map, key, array.
size_t leaf_bytes(size_t count, size_t bytes) {
  return 1 + 1 + std::string_view("entries").size() + cbor_head_bytes(count) + bytes;
}

// At most, of one child in a node: array, name, link, count.
size_t child_bytes(std::string_view first_name) {
  return 1 + cbor_head_bytes(first_name.size()) + first_name.size() + 4 + 1 + Cid::kBinaryBytes + 9;
}

}  // namespace

ShardedListBuilder::ShardedListBuilder(BlockSink& sink, bool mirrored, const ListLimits& limits)
    : sink_(&sink), mirrored_(mirrored), limits_(limits) {
  PENSTOCK_CHECK(limits.leaf_entries_min <= limits.leaf_entries_max);
  PENSTOCK_CHECK(limits.node_links_min >= 2 && limits.node_links_min <= limits.node_links_max);
}

Status ShardedListBuilder::add(std::string_view name, Bytes entry, Bytes item) {
  if (plain_ && leaf_bytes(count_ + 1, entries_.size() + entry.size()) > limits_.plain_bytes_max)
    PENSTOCK_TRY(cut_held());
  if (!plain_) return add_to_leaf(name, entry, item);
  entries_.insert(entries_.end(), entry.begin(), entry.end());
  items_.insert(items_.end(), item.begin(), item.end());
  ++count_;
  held_.push_back({std::string(name), entries_.size(), items_.size()});
  return {};
}

// It is more than one block: cut from its first entry on.
Status ShardedListBuilder::cut_held() {
  const std::vector<uint8_t> entries = std::exchange(entries_, {});
  const std::vector<uint8_t> items = std::exchange(items_, {});
  const std::vector<Held> held = std::exchange(held_, {});
  plain_ = false;
  count_ = 0;
  size_t entry_begin = 0;
  size_t item_begin = 0;
  for (const Held& each : held) {
    PENSTOCK_TRY(add_to_leaf(each.name, Bytes(entries).subspan(entry_begin, each.entry_end - entry_begin),
                             Bytes(items).subspan(item_begin, each.item_end - item_begin)));
    entry_begin = each.entry_end;
    item_begin = each.item_end;
  }
  return {};
}

Status ShardedListBuilder::add_to_leaf(std::string_view name, Bytes entry, Bytes item) {
  if (count_ > 0 && leaf_bytes(count_ + 1, entries_.size() + entry.size()) > limits_.leaf_bytes_max)
    PENSTOCK_TRY(close_leaf());
  if (count_ == 0) first_name_ = name;
  entries_.insert(entries_.end(), entry.begin(), entry.end());
  items_.insert(items_.end(), item.begin(), item.end());
  ++count_;
  const bool cut = count_ >= limits_.leaf_entries_min && murmur3_x64_64(as_bytes(name)) % kCutModulus == 0;
  if (cut || count_ == limits_.leaf_entries_max) return close_leaf();
  return {};
}

Status ShardedListBuilder::close_leaf() {
  PENSTOCK_TRY_ASSIGN(const Links links, put_leaf());
  return add_child(0, {std::exchange(first_name_, {}), links});
}

Result<ShardedListBuilder::Links> ShardedListBuilder::put_leaf() {
  Links links{.list = {}, .mirror = std::nullopt, .entries = count_};
  const auto put = [&](const std::vector<uint8_t>& encoded) {
    block_.clear();
    CborWriter to(block_);
    to.map(1);
    to.text("entries");
    to.array(count_);
    block_.insert(block_.end(), encoded.begin(), encoded.end());
    return put_block();
  };
  PENSTOCK_TRY_ASSIGN(links.list, put(entries_));
  if (mirrored_) {
    PENSTOCK_TRY_ASSIGN(links.mirror, put(items_));
  }
  entries_.clear();
  items_.clear();
  count_ = 0;
  return links;
}

Result<Cid> ShardedListBuilder::put_block() {
  const Cid cid = cid_of(Multicodec::dag_cbor, block_);
  PENSTOCK_TRY(sink_->put(cid, block_));
  return cid;
}

ShardedListBuilder::Level& ShardedListBuilder::level(size_t height) {
  while (levels_.size() <= height) levels_.emplace_back();
  return levels_[height];
}

Status ShardedListBuilder::add_child(size_t height, Child child) {
  if (height == kListLevelsMax)
    return fail(Errc::usage, "a directory", "has more entries than a list can have");
  const size_t bytes = child_bytes(child.first_name);
  if (!level(height).open.empty() && level(height).bytes + bytes > limits_.node_bytes_max)
    PENSTOCK_TRY(close_node(height));
  Level& at = level(height);
  const bool ends_in_zero = child.links.list.digest.bytes.back() == 0;
  at.open.push_back(std::move(child));
  at.bytes += bytes;
  const bool cut = at.open.size() >= limits_.node_links_min && ends_in_zero;
  if (cut || at.open.size() == limits_.node_links_max) return close_node(height);
  return {};
}

Status ShardedListBuilder::close_node(size_t height) {
  PENSTOCK_TRY_ASSIGN(Child node, put_node(height));
  Level& at = level(height);
  at.open.clear();
  at.bytes = 0;
  at.closed_one = true;
  return add_child(height + 1, std::move(node));
}

Result<ShardedListBuilder::Child> ShardedListBuilder::put_node(size_t height) {
  const std::vector<Child>& children = level(height).open;
  Child node{children.front().first_name, {}};
  block_.clear();
  CborWriter to(block_);
  to.map(2);
  to.text("level");
  to.natural(height + 1);
  to.text("shards");
  to.array(children.size());
  for (const Child& child : children) {
    to.array(3);
    to.bytes(as_bytes(child.first_name));
    to.link(child.links.list);
    to.natural(child.links.entries);
    node.links.entries += child.links.entries;
  }
  PENSTOCK_TRY_ASSIGN(node.links.list, put_block());
  if (!mirrored_) return node;
  block_.clear();
  to.map(1);
  to.text("shards");
  to.array(children.size());
  for (const Child& child : children) to.link(*child.links.mirror);
  PENSTOCK_TRY_ASSIGN(node.links.mirror, put_block());
  return node;
}

Result<ShardedListBuilder::Links> ShardedListBuilder::finish() {
  if (plain_) {
    held_.clear();
    return put_leaf();
  }
  if (count_ > 0) PENSTOCK_TRY(close_leaf());
  for (size_t height = 0;; ++height) {
    Level& at = level(height);
    if (!at.closed_one && at.open.size() == 1) {
      const Links root = at.open.front().links;
      levels_.clear();
      plain_ = true;
      return root;
    }
    if (!at.open.empty()) PENSTOCK_TRY(close_node(height));
  }
}

}  // namespace penstock
