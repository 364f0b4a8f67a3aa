// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/dag_link.h"
#include "dag/file_builder.h"

namespace penstock {

// How many links a node may have.
struct LinkLimits {
  uint32_t cut_min = 256;  // content_cut: no node closes by a digest before it has so many
  uint32_t max = 1024;  // every node closes at so many, and so many zero children make the level's zero node
};

// Groups a file's leaves to nodes, these to nodes again, up to one root (docs/tree.md). Runs of zero children
// are carried as counts, never one by one. One file after the other; one thread.
class LinkTree {
 public:
  LinkTree(BlockSink& sink, LinkLayout layout, LinkLimits limits);

  // What a full zero leaf links to; set once, before the first zero leaf is added.
  void set_zero_leaf(const DagLink& leaf);

  Status add(const DagLink& leaf);
  Status add_zero_leaves(uint64_t count);
  // The root; there must be a leaf. Starts the next file.
  Result<DagLink> finish();

 private:
  struct Level {
    std::vector<DagLink> open;  // children of the node that is being filled
    uint64_t zeros = 0;         // content_cut: the run of zero children behind them
    bool closed_one = false;    // a node went to the level above
  };

  Level& level(size_t height);
  Status add_child(size_t height, const DagLink& child);
  Status add_zeros(size_t height, uint64_t count);
  Status add_zeros_balanced(size_t height, uint64_t count);
  Status settle_zeros(size_t height);
  Status append(size_t height, const DagLink& child);
  Status close_node(size_t height);
  Result<DagLink> put_node(std::span<const DagLink> children);
  Result<DagLink> zero_node(size_t height);
  bool is_zero(size_t height, const DagLink& child) const;

  BlockSink* sink_;
  LinkLayout layout_;
  LinkLimits limits_;
  std::vector<Level> levels_;
  std::vector<DagLink> zero_nodes_;  // by height, those made so far; each was put once
  std::vector<uint8_t> block_;       // the node being encoded
};

}  // namespace penstock
