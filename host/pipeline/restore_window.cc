// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_window.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace penstock {
namespace {

// Blocks that are looked up together: records' neighbours are learnt of by the batch.
constexpr size_t kLocateBatch = 256;

}  // namespace

RestoreWindow::RestoreWindow(Locate locate) : locate_(std::move(locate)) {}

Status RestoreWindow::add(RestorePiece piece) {
  bytes_ += piece.bytes;
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
    places_.push_back({at.value_or(Placement{}), static_cast<uint32_t>(places_.size())});
  }
  return {};
}

Result<std::vector<RestoreTask>> RestoreWindow::take() {
  PENSTOCK_TRY(locate_rest());
  std::ranges::sort(places_, {}, [](const Place& place) {
    return std::tuple(place.at.segment, place.at.record, place.at.place, place.piece);
  });
  std::vector<RestoreTask> tasks;
  const Place* before = nullptr;
  for (const Place& place : places_) {
    const bool same_record =
        before != nullptr && before->at.segment == place.at.segment && before->at.record == place.at.record;
    if (before == nullptr || tasks.back().bytes >= (same_record ? 2 : 1) * RestoreTask::kBytes)
      tasks.emplace_back();
    RestorePiece& piece = pieces_[place.piece];
    tasks.back().bytes += piece.bytes;
    tasks.back().pieces.push_back(std::move(piece));
    before = &place;
  }
  drop();
  return tasks;
}

std::vector<RestorePiece> RestoreWindow::drop() {
  places_.clear();
  bytes_ = 0;
  return std::exchange(pieces_, {});
}

}  // namespace penstock
