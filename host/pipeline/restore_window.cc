// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_window.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

// Blocks that are looked up together: records' neighbours are learnt of by the batch.
constexpr size_t kLocateBatch = 256;

}  // namespace

RestoreWindow::RestoreWindow(Locate locate) : locate_(std::move(locate)) {}

Status RestoreWindow::add(RestorePiece piece) {
  cost_ += piece.cost;
  held_bytes_ += piece.path.size() + piece.held_bytes;
  pieces_.push_back(std::move(piece));
  return pieces_.size() - places_.size() < kLocateBatch ? Status() : locate_rest();
}

Status RestoreWindow::locate_rest() {
  digests_.clear();
  for (size_t i = places_.size(); i < pieces_.size(); ++i) digests_.push_back(pieces_[i].extent.leaf.digest);
  locations_.assign(digests_.size(), {});
  PENSTOCK_TRY(locate_(digests_, locations_));
  for (const BlockLocation& location : locations_) {
    const auto& at = location.placement ? location.placement : location.damaged;
    const Placement place = at.value_or(Placement{});
    places_.push_back({place.segment, place.record, static_cast<uint32_t>(places_.size())});
  }
  return {};
}

Result<std::vector<RestoreTask>> RestoreWindow::take(size_t shares) {
  PENSTOCK_TRY(locate_rest());
  std::ranges::sort(places_);
  const uint64_t aim = std::clamp(cost_ / shares, RestoreTask::kCostMin, RestoreTask::kCost);
  std::vector<RestoreTask> tasks;
  const Place* before = nullptr;
  for (const Place& place : places_) {
    if (before == nullptr || tasks.back().cost >= (place.same_record(*before) ? 2 : 1) * aim)
      tasks.emplace_back();
    RestorePiece& piece = pieces_[place.piece];
    tasks.back().cost += piece.cost;
    tasks.back().pieces.push_back(std::move(piece));
    before = &place;
  }
  drop();
  return tasks;
}

std::vector<RestorePiece> RestoreWindow::drop() {
  places_.clear();
  cost_ = 0;
  held_bytes_ = 0;
  return std::exchange(pieces_, {});
}

}  // namespace penstock
