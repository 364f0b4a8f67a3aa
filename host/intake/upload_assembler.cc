// SPDX-License-Identifier: Apache-2.0
#include "intake/upload_assembler.h"

#include <utility>

#include "base/check.h"

namespace penstock {

Status UploadAssembler::consume(const BatchOutline& outline) {
  std::span<const Leaf> leaves = outline.leaves;
  for (const TreeEvent& event : outline.events) {
    PENSTOCK_TRY(consume(event, leaves.first(event.leaf_count)));
    leaves = leaves.subspan(event.leaf_count);
  }
  PENSTOCK_CHECK(leaves.empty());
  return {};
}

UploadAssembler::Open& UploadAssembler::open_of(const TreeEvent& event) {
  const auto [at, fresh] = open_.try_emplace(event.stream, *sink_, layout_, zero_leaf_bytes_);
  Open& open = at->second;
  if (fresh) {
    open.upload.stream = event.stream;
    open.upload.name = event.name;
  }
  return open;
}

Status UploadAssembler::consume(const TreeEvent& event, std::span<const Leaf> leaves) {
  if (event.kind == TreeEvent::Kind::stream_dropped) {
    open_.erase(event.stream);
    return {};
  }
  Open& open = open_of(event);
  FinishedUpload& upload = open.upload;
  if (event.kind == TreeEvent::Kind::stream_end) {
    PENSTOCK_TRY_ASSIGN(const DagLink root, open.tree.finish());
    upload.root = root.cid;
    finished_(std::move(upload));
    open_.erase(event.stream);
    return {};
  }
  upload.content_bytes += event.zero_bytes;
  for (const Leaf& leaf : leaves) {
    upload.content_bytes += leaf.bytes;
    upload.new_leaves += leaf.fresh ? 1 : 0;
    upload.new_leaf_bytes += leaf.fresh ? leaf.bytes : 0;
  }
  return open.tree.consume(event, leaves);
}

}  // namespace penstock
