// SPDX-License-Identifier: Apache-2.0
#include "store/neighbour_cache.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "store/segment_header.h"

namespace penstock {
namespace {

constexpr size_t kSlots = size_t{1} << 16;    // blocks
constexpr size_t kRecordsAhead = 16;          // that are read before they are met
constexpr size_t kRecords = size_t{1} << 10;  // at 64 blocks each, what the slots hold

}  // namespace

NeighbourCache::NeighbourCache(FileSystem& files, StorePaths paths, const StoreUuid& uuid)
    : files_(&files), paths_(std::move(paths)), uuid_(uuid) {}

size_t NeighbourCache::slot_of(const Digest& digest) {
  return DigestHash()(digest) % kSlots;
}

// Records of a segment lie up to 2 MiB apart, or close together where they hold nodes: multiplying spreads
// both.
size_t NeighbourCache::slot_of(const RecordKey& key) {
  const uint64_t number = uint64_t{key.segment} << 32 | key.record;
  return (number * 0x9e3779b97f4a7c15 >> 32) % kRecords;
}

void NeighbourCache::find(std::span<const Digest> digests,
                          std::span<std::optional<Placement>> placements) const {
  PENSTOCK_CHECK(digests.size() == placements.size());
  const std::shared_lock lock(mutex_);
  if (slots_.empty()) return;
  for (size_t i = 0; i < digests.size(); ++i) {
    const Slot& slot = slots_[slot_of(digests[i])];
    if (slot.placement.segment != 0 && slot.digest == digests[i]) placements[i] = slot.placement;
  }
}

// Nothing if the record is not known.
std::optional<NeighbourCache::RecordKey> NeighbourCache::next_of(const RecordKey& key) const {
  const std::shared_lock lock(mutex_);
  if (records_.empty()) return std::nullopt;
  const Known& known = records_[slot_of(key)];
  return known.key == key ? std::optional(known.next) : std::nullopt;
}

void NeighbourCache::learn(std::span<const std::optional<Placement>> hits) {
  // New data, the common case, finds nothing.
  if (std::ranges::none_of(hits, [](const auto& hit) { return hit.has_value(); })) return;
  std::vector<RecordKey> keys;
  keys.reserve(hits.size());
  for (const auto& hit : hits) {
    if (hit) keys.push_back({hit->segment, hit->record});
  }
  std::ranges::sort(keys);
  for (size_t i = 0; i + 1 < keys.size(); ++i) {
    const bool second = keys[i] == keys[i + 1] && (i == 0 || keys[i - 1] != keys[i]);
    RecordKey key = keys[i];
    for (size_t step = 0; second && step <= kRecordsAhead; ++step) {
      std::optional<RecordKey> next = next_of(key);
      if (!next) {
        const Result<RecordKey> behind = read(key);
        if (!behind) break;
        next = *behind;
      }
      key = *next;
    }
  }
}

Status NeighbourCache::open(uint32_t segment) {
  if (open_segment_ == segment) return {};
  open_segment_ = 0;
  PENSTOCK_TRY_ASSIGN(file_, files_->open(paths_.segment(segment), false));
  open_segment_ = segment;
  return {};
}

// The record behind it.
Result<NeighbourCache::RecordKey> NeighbourCache::read(const RecordKey& key) {
  const std::lock_guard reading(reading_mutex_);
  PENSTOCK_TRY(open(key.segment));
  PENSTOCK_TRY_ASSIGN(const uint64_t size, file_->size());
  const auto limit = static_cast<uint32_t>(std::min(size, kSegmentBytesMax));
  const Status head = record_.read_head(*file_, segment_seed(uuid_, key.segment), key.record, limit);
  if (!head && key.record == SegmentHeader::kBytes) return Failure(head.error());
  // Behind a segment's last record comes the next one's first.
  const RecordKey behind =
      head ? RecordKey{key.segment, record_.end()} : RecordKey{key.segment + 1, SegmentHeader::kBytes};
  const std::lock_guard lock(mutex_);
  slots_.resize(kSlots);
  records_.resize(kRecords);
  // What has no record yet may get one.
  if (head) records_[slot_of(key)] = {key, behind};
  for (uint32_t place = 0; head && place < record_.table().size(); ++place) {
    const Digest digest = record_.table()[place].digest;
    slots_[slot_of(digest)] = {digest, {key.segment, key.record, place}};
  }
  return behind;
}

}  // namespace penstock
