// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <unordered_set>
#include <vector>

#include "dag/block_io.h"
#include "dag/cid.h"
#include "store/store.h"

namespace penstock {

// Whether the store still has what files of an acknowledged commit are made of. Where nothing is in
// quarantine it looks their first blocks up: all below was stored before them. Otherwise it looks up every
// block, and reads the nodes above. Remembers nodes that are whole, kNodesMax of them (40 bytes each). One
// thread.
class ReuseCheck {
 public:
  static constexpr size_t kNodesMax = size_t{1} << 20;

  // Both outlive it; `source` reads that store.
  ReuseCheck(Store& store, BlockSource& source) : store_(&store), source_(&source) {}

  // Of each file. What cannot be found out counts as not there.
  std::vector<bool> whole(std::span<const Cid> files);
  // All blocks are looked up.
  bool thorough() const { return !store_->quarantined().empty(); }

 private:
  using Digests = std::unordered_set<Digest, DigestHash>;

  std::vector<bool> present(std::span<const Digest> digests);
  bool whole_below(const Cid& file);
  bool visit(const Cid& node, Digests& visited, std::vector<Cid>& waiting);

  Store* store_;
  BlockSource* source_;
  Digests whole_;
};

}  // namespace penstock
