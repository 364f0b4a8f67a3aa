// SPDX-License-Identifier: Apache-2.0
#include "store/block_catalog.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr size_t kLookupBatch = 256;
constexpr int kReloadsMax = 2;  // an index that fails again right after it was rebuilt is not going to work

std::vector<Coverage> coverage_of(std::span<const Watermark> progress) {
  std::vector<Coverage> coverage;
  coverage.reserve(progress.size());
  for (const Watermark& segment : progress) coverage.push_back({segment.segment, segment.bytes});
  return coverage;
}

}  // namespace

struct BlockCatalog::Unanswered {
  std::array<Digest, kLookupBatch> digests;
  std::array<size_t, kLookupBatch> places;
  size_t count = 0;

  void add(const Digest& digest, size_t place) {
    digests[count] = digest;
    places[count++] = place;
  }
};

BlockCatalog::BlockCatalog(CatalogContents contents, std::unique_ptr<NeighbourCache> neighbours,
                           Watermarks watermarks, Quarantine quarantine, Reload reload)
    : index_(std::move(contents.index)),
      neighbours_(std::move(neighbours)),
      overlay_(std::move(contents.overlay)),
      damaged_(contents.damaged),
      watermarks_(std::move(watermarks)),
      quarantine_(std::move(quarantine)),
      reload_(std::move(reload)) {}

void BlockCatalog::begin_session(uint32_t first_segment, Progress progress) {
  session_segment_ = first_segment;
  progress_ = std::move(progress);
}

void BlockCatalog::set_watermarks(Watermarks watermarks) {
  const std::unique_lock lock(mutex_);
  watermarks_ = std::move(watermarks);
}

const PendingTable::Slot* BlockCatalog::pending(const Digest& digest) const {
  if (const auto* slot = active_.find(digest)) return slot;
  return leaving_.find(digest);
}

BlockLocation BlockCatalog::admit(const std::optional<Placement>& hit) const {
  BlockLocation location;
  if (!hit) return location;
  if (hit->segment < session_segment_ && hit->record >= watermarks_.of(hit->segment)) return location;
  (quarantine_.contains(hit->segment, hit->record) ? location.damaged : location.placement) = hit;
  return location;
}

// The neighbours first: a copy of theirs that is in quarantine may have been healed by one that only the
// index knows.
Status BlockCatalog::ask_index(Unanswered& rest, std::span<BlockLocation> locations) const {
  std::array<std::optional<Placement>, kLookupBatch> near;
  std::array<std::optional<Placement>, kLookupBatch> hits;
  const size_t asked = rest.count;
  if (neighbours_ != nullptr) {
    neighbours_->find(std::span(rest.digests).first(asked), std::span(near).first(asked));
    rest.count = 0;
    for (size_t i = 0; i < asked; ++i) {
      const BlockLocation found = admit(near[i]);
      if (found.placement) {
        locations[rest.places[i]] = found;
      } else {
        rest.add(rest.digests[i], rest.places[i]);
      }
    }
  }
  if (rest.count > 0) {
    PENSTOCK_TRY(index_->find(std::span(rest.digests).first(rest.count), std::span(hits).first(rest.count)));
  }
  for (size_t i = 0; i < rest.count; ++i) {
    const BlockLocation found = admit(hits[i]);
    if (found.placement || found.damaged) locations[rest.places[i]] = found;
  }
  if (neighbours_ == nullptr) return {};
  neighbours_->learn(std::span(near).first(asked));
  neighbours_->learn(std::span(hits).first(rest.count));
  return {};
}

// Expects the lock held, shared at least.
Status BlockCatalog::look_up(std::span<const Digest> digests, std::span<BlockLocation> locations) const {
  for (size_t from = 0; from < digests.size(); from += kLookupBatch) {
    const size_t end = std::min(digests.size(), from + kLookupBatch);
    Unanswered rest;
    for (size_t i = from; i < end; ++i) {
      const auto* slot = pending(digests[i]);
      const bool placed = slot != nullptr && slot->placed();
      locations[i] = admit(placed ? std::optional(slot->placement) : overlay_.find(digests[i]));
      if (locations[i].placement) continue;
      rest.add(digests[i], i);
    }
    if (rest.count > 0 && index_ != nullptr) PENSTOCK_TRY(ask_index(rest, locations));
  }
  return {};
}

Status BlockCatalog::reload(std::unique_lock<std::shared_mutex>& lock, const Error& error) {
  PENSTOCK_CHECK(lock.owns_lock());
  index_.reset();  // the next one opens the same directory
  auto contents = reload_(error);
  if (!contents) return Failure(contents.error());
  index_ = std::move(contents->index);
  overlay_ = std::move(contents->overlay);
  damaged_ = damaged_ || contents->damaged;
  ++index_generation_;
  return {};
}

Status BlockCatalog::with_index(const std::function<Status()>& call) {
  for (int reloads = 0;; ++reloads) {
    std::shared_lock shared(mutex_);
    const uint64_t generation = index_generation_;
    Status outcome = call();
    if (outcome || reloads == kReloadsMax) return outcome;
    shared.unlock();
    std::unique_lock lock(mutex_);
    handed_over_.wait(lock, [&] { return !handing_over_; });
    if (generation == index_generation_) PENSTOCK_TRY(reload(lock, outcome.error()));
  }
}

Status BlockCatalog::find(std::span<const Digest> digests, std::span<BlockLocation> locations) {
  PENSTOCK_CHECK(digests.size() == locations.size());
  return with_index([&] { return look_up(digests, locations); });
}

Result<BlockLocation> BlockCatalog::find(const Digest& digest) {
  BlockLocation location;
  PENSTOCK_TRY(find(std::span(&digest, 1), std::span(&location, 1)));
  return location;
}

Status BlockCatalog::claim(std::span<const Digest> digests, std::span<Claim> claims) {
  PENSTOCK_CHECK(digests.size() == claims.size());
  std::array<BlockLocation, kLookupBatch> found;
  for (size_t from = 0; from < digests.size();) {
    const auto batch = digests.subspan(from, std::min(digests.size() - from, kLookupBatch));
    uint64_t hand_overs = 0;
    PENSTOCK_TRY(with_index([&] {
      hand_overs = hand_overs_;
      return look_up(batch, std::span(found).first(batch.size()));
    }));
    const std::unique_lock lock(mutex_);
    // Blocks that went from the pending ones to the index meanwhile were perhaps seen in neither.
    if (hand_overs != hand_overs_) continue;
    for (size_t i = 0; i < batch.size(); ++i) {
      const bool present = found[i].placement || pending(batch[i]) != nullptr;
      claims[from + i] = present ? Claim::present : Claim::yours;
      if (!present) active_.claim(batch[i]);
    }
    from += batch.size();
  }
  return {};
}

Status BlockCatalog::place(uint32_t segment, uint32_t record, std::span<const BlockEntry> entries) {
  std::unique_lock lock(mutex_);
  for (uint32_t place = 0; place < entries.size(); ++place) {
    PendingTable::Slot* slot = active_.find(entries[place].digest);
    if (slot == nullptr) slot = &active_.claim(entries[place].digest);
    active_.place(*slot, {segment, record, place});
  }
  handed_over_.wait(lock, [&] { return !handing_over_ || active_.placed() < kPendingMax; });
  if (handing_over_ || active_.placed() < kBatchEntries) return {};
  return hand_over(lock);
}

size_t BlockCatalog::claimed_only() const {
  const std::shared_lock lock(mutex_);
  return active_.size() - active_.placed();
}

// Expects the lock held and nobody else handing over; lets go of the lock while the index works.
Status BlockCatalog::hand_over(std::unique_lock<std::shared_mutex>& lock) {
  handing_over_ = true;
  lock.unlock();
  // Blocks are placed before their record is finished, so what lies below is all here.
  const std::vector<Watermark> progress = progress_();
  const Watermark reached = progress.empty() ? Watermark{UINT32_MAX, 0} : progress.back();
  lock.lock();
  std::swap(active_, leaving_);
  std::vector<IndexEntry> batch;
  batch.reserve(leaving_.placed());
  leaving_.for_each([&](const PendingTable::Slot& slot) {
    const Placement& at = slot.placement;
    const bool below =
        at.segment < reached.segment || (at.segment == reached.segment && at.record < reached.bytes);
    if (slot.placed() && below) {
      batch.push_back({slot.digest, at});
      return;
    }
    PendingTable::Slot& kept = active_.claim(slot.digest);
    if (slot.placed()) active_.place(kept, at);
  });
  lock.unlock();
  Status outcome = index_->insert(batch, coverage_of(progress));
  lock.lock();
  // What was being handed over is on disk, so that a new index gets it from there.
  if (!outcome) outcome = reload(lock, outcome.error());
  leaving_.clear();
  entries_unflushed_ += batch.size();
  ++hand_overs_;
  handing_over_ = false;
  handed_over_.notify_all();
  return outcome;
}

Result<std::vector<IndexEntry>> BlockCatalog::news(std::span<const IndexEntry> entries) {
  std::vector<Digest> digests;
  digests.reserve(entries.size());
  for (const IndexEntry& entry : entries) digests.push_back(entry.digest);
  std::vector<BlockLocation> locations(entries.size());
  PENSTOCK_TRY(find(digests, locations));
  std::vector<IndexEntry> fresh;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!locations[i].placement) fresh.push_back(entries[i]);
  }
  return fresh;
}

Status BlockCatalog::learn(std::span<const IndexEntry> entries, std::span<const Coverage> coverage) {
  // The index keeps one copy of a block, and this one may be set aside yet.
  PENSTOCK_TRY_ASSIGN(const auto fresh, news(entries));
  const std::unique_lock lock(mutex_);
  PENSTOCK_CHECK(!handing_over_);
  // What an index heard of a segment that has become shorter since stays in it: no writer may take the
  // segment for one of which the index knows nothing beyond its end, and go on there.
  Watermarks known;
  PENSTOCK_TRY(index_->for_each_coverage([&](Coverage covered) {
    known.set({covered.segment, covered.bytes});
  }));
  std::vector<Coverage> grown;
  for (const Coverage& covered : coverage) {
    if (covered.bytes > known.of(covered.segment)) grown.push_back(covered);
  }
  return index_->insert(fresh, grown);
}

Status BlockCatalog::learn_again(std::span<const IndexEntry> entries) {
  PENSTOCK_TRY_ASSIGN(const auto fresh, news(entries));
  std::unique_lock lock(mutex_);
  PENSTOCK_CHECK(!handing_over_);
  if (!progress_) {
    for (const IndexEntry& entry : fresh) overlay_.add(entry);
    overlay_.seal();
    return {};
  }
  Status outcome = index_->insert(fresh, {});
  // The index covers these segments already: what it forgot of them in a crash it would not be told again.
  if (outcome) outcome = index_->flush();
  return outcome ? outcome : reload(lock, outcome.error());
}

Status BlockCatalog::flush(bool durable) {
  std::unique_lock lock(mutex_);
  handed_over_.wait(lock, [&] { return !handing_over_; });
  PENSTOCK_TRY(hand_over(lock));
  if (!durable || entries_unflushed_ == 0) return {};
  PENSTOCK_TRY(index_->flush());
  entries_unflushed_ = 0;
  return {};
}

}  // namespace penstock
