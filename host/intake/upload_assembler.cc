// SPDX-License-Identifier: Apache-2.0
#include "intake/upload_assembler.h"

#include <utility>

#include "base/check.h"

namespace penstock {

namespace {

std::span<const Leaf> take_front(std::span<const Leaf>& leaves, size_t count) {
  const std::span<const Leaf> front = leaves.first(count);
  leaves = leaves.subspan(count);
  return front;
}

}  // namespace

Status UploadAssembler::consume(const BatchOutline& outline) {
  std::span<const Leaf> leaves = outline.leaves;
  std::span<const Leaf> known = outline.known;
  for (const TreeEvent& event : outline.events) {
    const bool of_known = event.kind == TreeEvent::Kind::known_leaves;
    PENSTOCK_TRY(consume(event, take_front(of_known ? known : leaves, event.leaf_count)));
  }
  PENSTOCK_CHECK(leaves.empty() && known.empty());
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
  const bool ends = event.kind == TreeEvent::Kind::stream_end;
  if (!open.refused) PENSTOCK_TRY(ends ? end(open) : grow(open, event, leaves));
  if (ends) open_.erase(event.stream);
  return {};
}

Status UploadAssembler::end(Open& open) {
  PENSTOCK_TRY_ASSIGN(const DagLink root, open.tree.finish());
  open.upload.root = root.cid;
  links_.finished(std::move(open.upload));
  return {};
}

Status UploadAssembler::grow(Open& open, const TreeEvent& event, std::span<const Leaf> leaves) {
  FinishedUpload& upload = open.upload;
  if (event.kind == TreeEvent::Kind::known_leaves) {
    if (std::optional<Error> error = missing(leaves)) {
      open.refused = true;
      links_.refused(upload.stream, std::move(*error));
      return {};
    }
  }
  upload.content_bytes += event.zero_bytes;
  for (const Leaf& leaf : leaves) {
    upload.content_bytes += leaf.bytes;
    upload.new_leaves += leaf.fresh ? 1 : 0;
    upload.new_leaf_bytes += leaf.fresh ? leaf.bytes : 0;
  }
  return open.tree.consume(event, leaves);
}

// Why an upload cannot be made of these.
std::optional<Error> UploadAssembler::missing(std::span<const Leaf> known) const {
  for (const Leaf& leaf : known) {
    const Result<bool> there = links_.has_leaf(leaf);
    if (!there) return there.error();
    if (!*there)
      return Error{Errc::absent, "the upload", "refers to a block that is not here",
                   "send it with its bytes"};
  }
  return std::nullopt;
}

}  // namespace penstock
