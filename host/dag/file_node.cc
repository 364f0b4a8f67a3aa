// SPDX-License-Identifier: Apache-2.0
#include "dag/file_node.h"

#include "dag/object_source.h"

namespace penstock {
namespace {

bool is_file(UnixfsType type) {
  return type == UnixfsType::raw || type == UnixfsType::file;
}

}  // namespace

Result<UnixfsNode> decode_unixfs_node(const Cid& cid, Bytes block) {
  auto node = PbNode::decode(block);
  if (!node) return fault_in_block(cid, node.error());
  if (!node->data()) return malformed_block(cid, "it is a dag-pb node, but not UnixFS");
  auto data = decode_unixfs(*node->data());
  if (!data) return fault_in_block(cid, data.error());
  if (is_file(data->type) && data->block_bytes.size() != node->link_count())
    return malformed_block(cid, "it has not as many block sizes as links");
  return UnixfsNode{*node, std::move(*data)};
}

Result<FileNode> decode_file_node(const Cid& cid, Bytes block) {
  PENSTOCK_TRY_ASSIGN(const UnixfsNode decoded, decode_unixfs_node(cid, block));
  const UnixfsData& data = decoded.data;
  if (!is_file(data.type)) {
    const bool directory = data.type == UnixfsType::directory || data.type == UnixfsType::hamt_shard;
    return fail(Errc::usage, cid.text(), directory ? "it is a directory, not a file" : "it is not a file",
                "see what it is with: penstock stat " + cid.text());
  }
  FileNode file;
  file.file_bytes = data.file_bytes;
  file.inline_bytes.assign(data.data.begin(), data.data.end());
  file.children.reserve(data.block_bytes.size());
  for (const PbLink& link : decoded.node) {
    if (link.cid.codec == Multicodec::dag_cbor)
      return malformed_block(cid, "a file node that links to dag-cbor");
    file.children.push_back({link.cid, data.block_bytes[file.children.size()]});
  }
  return file;
}

}  // namespace penstock
