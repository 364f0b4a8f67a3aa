// SPDX-License-Identifier: Apache-2.0
#include "dag/object_info.h"

#include "dag/commit.h"
#include "dag/dag_cbor.h"
#include "dag/entry_name.h"
#include "dag/file_node.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

Result<ObjectInfo> inspect_unixfs(const Cid& cid, Bytes block) {
  PENSTOCK_TRY_ASSIGN(const UnixfsNode decoded, decode_unixfs_node(cid, block));
  ObjectInfo info;
  info.block_bytes = info.dag_bytes = block.size();
  info.links = decoded.node.link_count();
  for (const PbLink& link : decoded.node) {
    if (__builtin_add_overflow(info.dag_bytes, link.dag_bytes, &info.dag_bytes))
      return malformed_block(cid, "its links' sizes add up to more than 64 bits hold");
  }
  switch (decoded.data.type) {
    case UnixfsType::raw:
    case UnixfsType::file:
      info.content_bytes = decoded.data.file_bytes;
      return info;
    case UnixfsType::hamt_shard:
      info.sharded = true;
      [[fallthrough]];
    case UnixfsType::directory:
      info.kind = ObjectKind::directory;
      return info;
    case UnixfsType::symlink:
      info.kind = ObjectKind::symlink;
      info.target = as_text(decoded.data.data);
      if (std::string fault = symlink_target_fault(info.target); !fault.empty())
        return malformed_block(cid, std::move(fault));
      return info;
    case UnixfsType::metadata:
      break;
  }
  return malformed_block(cid, "UnixFS metadata nodes are not supported");
}

Result<ObjectInfo> inspect_dag_cbor(const Cid& cid, Bytes block) {
  const auto value = decode_dag_cbor(block);
  if (!value) return fault_in_block(cid, value.error());
  ObjectInfo info;
  info.kind = is_commit(*value) ? ObjectKind::commit : ObjectKind::dag_cbor;
  info.block_bytes = info.dag_bytes = block.size();
  return info;
}

}  // namespace

std::string_view object_kind_text(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::file:
      return "file";
    case ObjectKind::directory:
      return "directory";
    case ObjectKind::symlink:
      return "symlink";
    case ObjectKind::commit:
      return "commit";
    case ObjectKind::dag_cbor:
      return "dag-cbor";
  }
  return "unknown";
}

Result<ObjectInfo> inspect(BlockSource& source, const Cid& cid) {
  PENSTOCK_TRY_ASSIGN(const Bytes block, source.read(cid));
  switch (cid.codec) {
    case Multicodec::dag_pb:
      return inspect_unixfs(cid, block);
    case Multicodec::dag_cbor:
      return inspect_dag_cbor(cid, block);
    case Multicodec::raw:
      break;
  }
  ObjectInfo info;
  info.content_bytes = info.block_bytes = info.dag_bytes = block.size();
  return info;
}

}  // namespace penstock
