// SPDX-License-Identifier: Apache-2.0
#include "store/commit_closure.h"

#include "dag/dag_cbor.h"
#include "dag/dag_pb.h"

namespace penstock {
namespace {

void add_links(const CborValue& value, std::vector<Cid>& links) {
  if (const Cid* link = value.as<Cid>()) links.push_back(*link);
  if (const auto* array = value.as<CborValue::Array>()) {
    for (const CborValue& item : *array) add_links(item, links);
  }
  if (const auto* map = value.as<CborValue::Map>()) {
    for (const auto& [key, item] : *map) add_links(item, links);
  }
}

// False: the block is malformed.
bool add_block_links(Multicodec codec, Bytes block, std::vector<Cid>& links) {
  if (codec == Multicodec::dag_cbor) {
    const auto value = decode_dag_cbor(block);
    if (value) add_links(*value, links);
    return value.has_value();
  }
  const auto node = PbNode::decode(block);
  if (!node) return false;
  for (const PbLink& link : *node) links.push_back(link.cid);
  return true;
}

}  // namespace

Result<bool> CommitClosure::visit(const Cid& cid) {
  if (cid.codec == Multicodec::raw) return has_(cid.digest);
  if (!seen_.insert(cid.digest).second) return true;
  const auto block = source_->read(cid);
  if (block) return add_block_links(cid.codec, *block, waiting_);
  if (block.error().code == Errc::failed) return Failure(block.error());
  return false;
}

Result<bool> CommitClosure::complete(const Commit& commit) {
  waiting_ = {commit.root};
  if (commit.meta) waiting_.push_back(*commit.meta);
  while (!waiting_.empty()) {
    const Cid next = waiting_.back();
    waiting_.pop_back();
    PENSTOCK_TRY_ASSIGN(const bool there, visit(next));
    if (!there) return false;
  }
  return true;
}

}  // namespace penstock
