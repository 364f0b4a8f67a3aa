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

void UploadAssembler::expect(uint64_t stream, std::unique_ptr<UploadTree> tree) {
  const std::lock_guard lock(mutex_);
  expected_.emplace(stream, std::move(tree));
}

Result<UploadTree*> UploadAssembler::open_of(const TreeEvent& event) {
  const auto found = open_.find(event.stream);
  if (found != open_.end()) return found->second.get();
  std::unique_ptr<UploadTree> tree;
  {
    const std::lock_guard lock(mutex_);
    if (const auto expected = expected_.find(event.stream); expected != expected_.end()) {
      tree = std::move(expected->second);
      expected_.erase(expected);
    }
  }
  if (!tree) tree = std::make_unique<UploadTree>(layout_, zero_leaf_bytes_);
  PENSTOCK_TRY(tree->use(*sink_));
  tree->upload.stream = event.stream;
  tree->upload.name = event.name;
  tree->upload.tells_new = event.tells_new;
  UploadTree* const opened = open_.emplace(event.stream, std::move(tree)).first->second.get();
  return opened;
}

Status UploadAssembler::consume(const TreeEvent& event, std::span<const Leaf> leaves) {
  if (event.kind == TreeEvent::Kind::stream_dropped) {
    open_.erase(event.stream);
    return {};
  }
  PENSTOCK_TRY_ASSIGN(UploadTree* const tree, open_of(event));
  if (event.kind == TreeEvent::Kind::stream_suspended) {
    suspend(event.stream);
    return {};
  }
  const bool ends = event.kind == TreeEvent::Kind::stream_end;
  if (!tree->refused) PENSTOCK_TRY(ends ? end(*tree) : grow(*tree, event, leaves));
  if (ends) open_.erase(event.stream);
  return {};
}

Status UploadAssembler::end(UploadTree& tree) {
  PENSTOCK_TRY_ASSIGN(tree.upload.root, tree.finish());
  links_.finished(std::move(tree.upload));
  return {};
}

Status UploadAssembler::grow(UploadTree& tree, const TreeEvent& event, std::span<const Leaf> leaves) {
  if (event.kind == TreeEvent::Kind::known_leaves) {
    if (std::optional<Error> error = missing(leaves)) {
      tree.refused = true;
      links_.refused(tree.upload.stream, std::move(*error));
      return {};
    }
  }
  const bool was_due = tree.point_is_due();
  PENSTOCK_TRY(tree.consume(event, leaves));
  if (!was_due && tree.point_is_due()) links_.point_due(Urgency::some);
  return {};
}

void UploadAssembler::suspend(uint64_t stream) {
  const auto found = open_.find(stream);
  auto [offset, entries] = found->second->take_pending();
  suspended_.push_back({stream, offset, std::move(entries), true});
  open_.erase(found);
  links_.point_due(Urgency::most);
}

bool UploadAssembler::take_points(size_t entries_min, std::vector<UploadPoint>& points) {
  points.insert(points.end(), std::make_move_iterator(suspended_.begin()),
                std::make_move_iterator(suspended_.end()));
  suspended_.clear();
  bool grown = !points.empty();
  for (const auto& [stream, tree] : open_) {
    if (tree->pending_bytes() == 0) continue;
    grown = true;
    if (tree->upload.partial && tree->pending_count() < entries_min) continue;
    auto [offset, entries] = tree->take_pending();
    if (tree->upload.partial) points.push_back({stream, offset, std::move(entries), false});
  }
  return grown;
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
