// SPDX-License-Identifier: Apache-2.0
#include "intake/batch_gatherer.h"

#include <chrono>
#include <cstring>
#include <utility>

#include "base/limits.h"

namespace penstock {
namespace {

// Looking up one that is said to be known may be a read from the disk.
constexpr uint64_t kKnownWork = 16 << 10;
// What a batch that ends an upload waits for more at most, where lanes have other work.
constexpr std::chrono::milliseconds kWaitMax{10};

}  // namespace

// Whether there is room for so many bytes of one chunk, for events, and for work that waits for its turn at
// the trees; what is there goes to the lanes for it.
bool BatchGatherer::make_room(size_t bytes, size_t events, uint64_t tree_work) {
  const bool aimed = batch_.bytes + bytes <= kFrameBytesAim || batch_.chunks.empty();
  const bool takes_chunk = bytes == 0 || (aimed && batch_.chunks.size() < kFrameChunksMax);
  const BatchOutline& outline = batch_.outline;
  const bool takes_events = outline.events.size() + outline.known.size() + events <= Batch::kEventsMax;
  const bool takes_work = batch_.tree_work == 0 || batch_.tree_work + tree_work <= kFrameBytesAim;
  if (!(takes_chunk && takes_events && takes_work) && !queue_->push(batch_)) return false;
  if (bytes > 0 && !batch_.input) batch_.input = buffers_->try_acquire();
  return bytes == 0 || batch_.input;
}

bool BatchGatherer::begin(TreeEvent event) {
  if (!make_room(0, 1)) return false;
  batch_.outline.events.push_back(std::move(event));
  return true;
}

bool BatchGatherer::place(uint64_t stream, const UploadPiece& piece, Bytes bytes) {
  switch (piece.kind) {
    case UploadPiece::Kind::data:
      return place_data(stream, bytes);
    case UploadPiece::Kind::known:
      return place_known(stream, piece);
    case UploadPiece::Kind::zero_run:
      break;
  }
  return place_zeros(stream, piece.length);
}

bool BatchGatherer::place_data(uint64_t stream, Bytes bytes) {
  if (!make_room(bytes.size(), 1)) return false;
  std::memcpy(batch_.input.bytes().data() + batch_.bytes, bytes.data(), bytes.size());
  batch_.chunks.push_back({static_cast<uint32_t>(batch_.bytes), static_cast<uint32_t>(bytes.size())});
  batch_.bytes += bytes.size();
  FeedTally::add(tally_->bytes_placed, bytes.size());
  ++leaves_event(stream, TreeEvent::Kind::leaves).leaf_count;
  return true;
}

bool BatchGatherer::place_known(uint64_t stream, const UploadPiece& piece) {
  if (!make_room(0, 2, kKnownWork)) return false;
  batch_.tree_work += kKnownWork;
  FeedTally::add(tally_->bytes_known, piece.length);
  batch_.outline.known.push_back({piece.digest, static_cast<uint32_t>(piece.length), false});
  ++leaves_event(stream, TreeEvent::Kind::known_leaves).leaf_count;
  return true;
}

bool BatchGatherer::place_zeros(uint64_t stream, uint64_t length) {
  // What is left of whole leaves is digested for it alone.
  const uint64_t work = length % zero_leaf_bytes_;
  if (!make_room(0, 1, work)) return false;
  batch_.tree_work += work;
  FeedTally::add(tally_->bytes_zero, length);
  batch_.outline.events.push_back(
      {.kind = TreeEvent::Kind::zero_run, .zero_bytes = length, .stream = stream});
  return true;
}

// The event that the stream's next leaf of that kind belongs to.
TreeEvent& BatchGatherer::leaves_event(uint64_t stream, TreeEvent::Kind kind) {
  auto& events = batch_.outline.events;
  const bool goes_on = !events.empty() && events.back().kind == kind && events.back().stream == stream;
  if (!goes_on) events.push_back({.kind = kind, .stream = stream});
  return events.back();
}

bool BatchGatherer::end(uint64_t stream, TreeEvent::Kind kind) {
  if (!make_room(0, 2)) return false;
  auto& events = batch_.outline.events;
  if (kind == TreeEvent::Kind::stream_end)
    events.push_back({.kind = TreeEvent::Kind::file_end, .stream = stream});
  events.push_back({.kind = kind, .stream = stream});
  if (!std::exchange(batch_.ends_uploads, true)) batch_.waited_for_since = std::chrono::steady_clock::now();
  return true;
}

void BatchGatherer::hand_over_what_is_waited_for() {
  if (!batch_.ends_uploads) return;
  const auto now = std::chrono::steady_clock::now();
  if (!queue_->is_starved() && now < batch_.waited_for_since + kWaitMax) return queue_->ask_for_room();
  if (!queue_->push(batch_)) queue_->ask_for_room();
}

}  // namespace penstock
