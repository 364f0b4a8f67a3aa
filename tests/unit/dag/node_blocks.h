// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "dag/dag_link.h"
#include "dag/dag_pb.h"
#include "dag/unixfs.h"
#include "unit/dag/memory_blocks.h"

namespace penstock {

// Nodes of any shape, and none that our builders would make.

inline DagLink put_leaf(MemoryBlocks& blocks, std::string_view bytes) {
  return {blocks.put(Multicodec::raw, as_bytes(bytes)), bytes.size(), bytes.size()};
}

// A node with `data` as it stands and links of the given names.
inline Cid put_node(MemoryBlocks& blocks, const UnixfsData& data, const std::vector<PbLink>& links) {
  std::vector<uint8_t> block;
  for (const PbLink& link : links) append_pb_link(block, link.cid, link.name, link.dag_bytes);
  append_pb_data(block, encode_unixfs(data));
  return blocks.put(Multicodec::dag_pb, block);
}

// A file node: inline bytes, then children.
inline DagLink put_file_node(MemoryBlocks& blocks, std::string_view inline_bytes,
                             const std::vector<DagLink>& children) {
  UnixfsData data;
  data.data = as_bytes(inline_bytes);
  data.file_bytes = inline_bytes.size();
  std::vector<PbLink> links;
  for (const DagLink& child : children) {
    data.block_bytes.push_back(child.content_bytes);
    data.file_bytes += child.content_bytes;
    links.push_back({child.cid, "", child.dag_bytes});
  }
  return {put_node(blocks, data, links), data.file_bytes, 0};
}

}  // namespace penstock
