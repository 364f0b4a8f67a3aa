// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "dag/dag_pb.h"

namespace {

using namespace penstock;

std::vector<uint8_t> encode(const PbNode& node) {
  std::vector<uint8_t> block;
  for (const PbLink& link : node) append_pb_link(block, link.cid, link.name, link.dag_bytes);
  if (node.data()) append_pb_data(block, *node.data());
  return block;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto node = PbNode::decode({data, size});
  if (!node) return 0;
  size_t links = 0;
  for (const PbLink& link : *node) {
    PENSTOCK_CHECK(link.name.size() <= size);
    ++links;
  }
  PENSTOCK_CHECK(links == node->link_count());

  // What was left out (a name, a size) or spelled otherwise (a CID of version 0) is written our way once.
  const std::vector<uint8_t> ours = encode(*node);
  const auto again = PbNode::decode(ours);
  PENSTOCK_CHECK(again.has_value());
  PENSTOCK_CHECK(encode(*again) == ours);
  return 0;
}
