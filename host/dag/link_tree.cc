// SPDX-License-Identifier: Apache-2.0
#include "dag/link_tree.h"

#include <algorithm>

#include "base/check.h"
#include "dag/dag_pb.h"
#include "dag/unixfs.h"

namespace penstock {

LinkTree::LinkTree(BlockSink& sink, LinkLayout layout, LinkLimits limits)
    : sink_(&sink), layout_(layout), limits_(limits) {
  PENSTOCK_CHECK(limits.cut_min >= 2 && limits.cut_min <= limits.max);
}

void LinkTree::set_zero_leaf(const DagLink& leaf) {
  PENSTOCK_CHECK(zero_nodes_.empty());
  zero_nodes_.push_back(leaf);
}

Status LinkTree::add(const DagLink& leaf) {
  return add_child(0, leaf);
}

Status LinkTree::add_zero_leaves(uint64_t count) {
  PENSTOCK_CHECK(!zero_nodes_.empty());
  return add_zeros(0, count);
}

Result<DagLink> LinkTree::finish() {
  for (size_t height = 0;; ++height) {
    PENSTOCK_CHECK(height < levels_.size());
    PENSTOCK_TRY(settle_zeros(height));
    Level& at = level(height);
    if (!at.closed_one && at.open.size() == 1) {
      const DagLink root = at.open.front();
      for (Level& each : levels_) {
        each.open.clear();
        each.closed_one = false;
      }
      return root;
    }
    if (!at.open.empty()) PENSTOCK_TRY(close_node(height));
  }
}

LinkTree::Level& LinkTree::level(size_t height) {
  while (levels_.size() <= height) levels_.emplace_back().open.reserve(limits_.max);
  return levels_[height];
}

Status LinkTree::add_child(size_t height, const DagLink& child) {
  if (is_zero(height, child)) return add_zeros(height, 1);
  PENSTOCK_TRY(settle_zeros(height));
  return append(height, child);
}

Status LinkTree::add_zeros(size_t height, uint64_t count) {
  if (layout_ == LinkLayout::balanced) return add_zeros_balanced(height, count);
  level(height).zeros += count;
  return {};
}

Status LinkTree::add_zeros_balanced(size_t height, uint64_t count) {
  const DagLink zero = zero_nodes_[height];
  for (; count > 0 && !level(height).open.empty(); --count) PENSTOCK_TRY(append(height, zero));
  if (count >= limits_.max) {
    PENSTOCK_TRY(zero_node(height + 1));
    PENSTOCK_TRY(add_zeros(height + 1, count / limits_.max));
    level(height).closed_one = true;
  }
  for (count %= limits_.max; count > 0; --count) PENSTOCK_TRY(append(height, zero));
  return {};
}

Status LinkTree::settle_zeros(size_t height) {
  uint64_t count = std::exchange(level(height).zeros, 0);
  if (count == 0) return {};
  if (count >= limits_.max) {
    if (!level(height).open.empty()) PENSTOCK_TRY(close_node(height));
    PENSTOCK_TRY(zero_node(height + 1));
    PENSTOCK_TRY(add_zeros(height + 1, count / limits_.max));
    level(height).closed_one = true;
  }
  const DagLink zero = zero_nodes_[height];
  for (count %= limits_.max; count > 0; --count) PENSTOCK_TRY(append(height, zero));
  return {};
}

Status LinkTree::append(size_t height, const DagLink& child) {
  Level& at = level(height);
  at.open.push_back(child);
  const bool cut = layout_ == LinkLayout::content_cut && at.open.size() >= limits_.cut_min &&
                   child.cid.digest.bytes.back() == 0;
  if (cut || at.open.size() == limits_.max) return close_node(height);
  return {};
}

Status LinkTree::close_node(size_t height) {
  PENSTOCK_TRY_ASSIGN(const DagLink node, put_node(level(height).open));
  level(height).open.clear();
  level(height).closed_one = true;
  return add_child(height + 1, node);
}

Result<DagLink> LinkTree::put_node(std::span<const DagLink> children) {
  block_.clear();
  UnixfsData data;
  data.block_bytes.reserve(children.size());
  DagLink node;
  for (const DagLink& child : children) {
    append_pb_link(block_, child.cid, {}, child.dag_bytes);
    data.block_bytes.push_back(child.content_bytes);
    node.content_bytes += child.content_bytes;
    node.dag_bytes += child.dag_bytes;
  }
  data.file_bytes = node.content_bytes;
  append_pb_data(block_, encode_unixfs(data));
  node.cid = cid_of(Multicodec::dag_pb, block_);
  node.dag_bytes += block_.size();
  PENSTOCK_TRY(sink_->put(node.cid, block_));
  return node;
}

Result<DagLink> LinkTree::zero_node(size_t height) {
  while (zero_nodes_.size() <= height) {
    const std::vector<DagLink> children(limits_.max, zero_nodes_.back());
    PENSTOCK_TRY_ASSIGN(const DagLink node, put_node(children));
    zero_nodes_.push_back(node);
  }
  return zero_nodes_[height];
}

bool LinkTree::is_zero(size_t height, const DagLink& child) const {
  // A node of zeros comes up from below as a count; a level without one made yet has none.
  return height < zero_nodes_.size() && zero_nodes_[height].cid == child.cid;
}

}  // namespace penstock
