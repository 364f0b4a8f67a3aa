// SPDX-License-Identifier: Apache-2.0
#include "fault/recorded_index.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <utility>

namespace penstock {

// What a process sees: a copy at the time of opening, and of its own changes.
class RecordedIndex::Opened final : public Index {
 public:
  Opened(RecordedIndex& medium, Clock now, bool writable)
      : medium_(medium), now_(std::move(now)), writable_(writable), damaged_(medium.damaged_) {
    for (const IndexChange& change : medium.changes_) apply(change);
  }

  Status find(std::span<const Digest> digests, std::span<std::optional<Placement>> placements) override {
    const std::shared_lock held(mutex_);
    if (damaged_) return fail(Errc::corrupt, "index", "damaged");
    for (size_t i = 0; i < digests.size(); ++i) {
      const auto entry = entries_.find(digests[i]);
      placements[i] = entry == entries_.end() ? std::nullopt : std::optional(entry->second);
    }
    return {};
  }

  Status insert(std::span<const IndexEntry> entries, std::span<const Coverage> coverage) override {
    const std::unique_lock held(mutex_);
    if (!writable_) return fail(Errc::failed, "index", "opened for reading");
    if (damaged_) return fail(Errc::corrupt, "index", "damaged");
    IndexChange change{now_(), false, {entries.begin(), entries.end()}, {coverage.begin(), coverage.end()}};
    apply(change);
    medium_.changes_.push_back(std::move(change));
    return {};
  }

  Status for_each_coverage(const std::function<void(Coverage)>& visit) override {
    const std::shared_lock held(mutex_);
    if (damaged_) return fail(Errc::corrupt, "index", "damaged");
    for (const auto& [segment, bytes] : coverage_) visit({segment, bytes});
    return {};
  }

  Status flush() override { return {}; }

 private:
  void apply(const IndexChange& change) {
    if (change.discard) {
      entries_.clear();
      coverage_.clear();
    }
    for (const IndexEntry& entry : change.entries) entries_[entry.digest] = entry.placement;
    for (const Coverage& coverage : change.coverage) coverage_[coverage.segment] = coverage.bytes;
  }

  RecordedIndex& medium_;
  Clock now_;
  bool writable_;
  bool damaged_;
  std::shared_mutex mutex_;
  std::unordered_map<Digest, Placement, DigestHash> entries_;
  std::map<uint32_t, uint32_t> coverage_;
};

IndexFactory RecordedIndex::factory(Clock now) {
  return [this, now](const IndexOpening& opening) -> Result<std::unique_ptr<Index>> {
    if (opening.discard) {
      changes_.push_back({now(), true, {}, {}});
      damaged_ = false;
    } else if (damaged_ && changes_.size() % 2 == 0) {
      return fail(Errc::corrupt, opening.directory, "damaged");
    }
    if (lost_ && !opening.writable) return fail(Errc::absent, opening.directory, "no index");
    lost_ = false;
    return std::make_unique<Opened>(*this, now, opening.writable);
  };
}

RecordedIndex RecordedIndex::crash(LogPosition position, SeededRandom& random) const {
  const auto reached = std::find_if(changes_.begin(), changes_.end(),
                                    [&](const IndexChange& change) { return change.when > position; });
  const auto discarded = std::find_if(std::make_reverse_iterator(reached), changes_.rend(),
                                      [](const IndexChange& change) { return change.discard; });
  const auto oldest = discarded == changes_.rend() ? changes_.begin() : std::prev(discarded.base());
  RecordedIndex left;
  auto end = reached;
  switch (random.below(4)) {
    case 0:  // as far as the process had come: ahead of what the segments kept
      break;
    case 1:
      left.lost_ = true;
      end = oldest;
      break;
    case 2:
      left.damaged_ = true;
      break;
    default:
      end = oldest + static_cast<ptrdiff_t>(random.below(static_cast<uint64_t>(reached - oldest) + 1));
      break;
  }
  left.changes_.assign(oldest, end);
  for (IndexChange& change : left.changes_) change.when = 0;
  return left;
}

}  // namespace penstock
