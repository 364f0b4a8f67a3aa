// SPDX-License-Identifier: Apache-2.0
#include "dag/block_links.h"

#include "dag/dag_cbor.h"
#include "dag/dag_pb.h"

namespace penstock {
namespace {

// Recursion is bounded by kCborDepthMax, which the decoder holds.
void collect(const CborValue& value, std::vector<Cid>& links) {
  if (const Cid* cid = value.as<Cid>()) {
    links.push_back(*cid);
  } else if (const auto* array = value.as<CborValue::Array>()) {
    for (const CborValue& item : *array) collect(item, links);
  } else if (const auto* map = value.as<CborValue::Map>()) {
    for (const auto& [key, item] : *map) collect(item, links);
  }
}

}  // namespace

Result<std::vector<Cid>> block_links(Multicodec codec, Bytes block) {
  std::vector<Cid> links;
  if (codec == Multicodec::dag_pb) {
    PENSTOCK_TRY_ASSIGN(const PbNode node, PbNode::decode(block));
    links.reserve(node.link_count());
    for (const PbLink& link : node) links.push_back(link.cid);
  } else if (codec == Multicodec::dag_cbor) {
    PENSTOCK_TRY_ASSIGN(const CborValue value, decode_dag_cbor(block));
    collect(value, links);
  }
  return links;
}

}  // namespace penstock
