// SPDX-License-Identifier: Apache-2.0
#include "appliance/block_count.h"

#include <unordered_set>
#include <vector>

#include "dag/commit.h"
#include "dag/dag_pb.h"
#include "dag/object_source.h"

namespace penstock {

Result<BlockCount> count_blocks(BlockSource& source, const Cid& cid) {
  ObjectSource whole(source, cid);
  BlockCount count;
  std::unordered_set<Cid, CidHash> seen{cid};
  std::vector<Cid> waiting{cid};
  const auto meet = [&](const Cid& met) {
    if (seen.insert(met).second) waiting.push_back(met);
  };
  while (!waiting.empty()) {
    const Cid next = waiting.back();
    waiting.pop_back();
    if (next.codec == Multicodec::raw) {
      ++count.leaves;
      continue;
    }
    ++count.nodes;
    if (next.codec == Multicodec::dag_cbor) {
      PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(whole, next));
      meet(commit.root);
      continue;
    }
    PENSTOCK_TRY_ASSIGN(const Bytes block, whole.read(next));
    const auto node = PbNode::decode(block);
    if (!node) return fault_in_block(next, node.error());
    for (const PbLink& link : *node) meet(link.cid);
  }
  return count;
}

}  // namespace penstock
