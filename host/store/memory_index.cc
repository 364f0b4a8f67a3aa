// SPDX-License-Identifier: Apache-2.0
#include "store/memory_index.h"

#include <mutex>

#include "base/check.h"

namespace penstock {

Status MemoryIndex::find(std::span<const Digest> digests, std::span<std::optional<Placement>> placements) {
  PENSTOCK_CHECK(digests.size() == placements.size());
  const std::shared_lock lock(mutex_);
  for (size_t i = 0; i < digests.size(); ++i) {
    const auto at = placements_.find(digests[i]);
    placements[i] = at == placements_.end() ? std::nullopt : std::optional(at->second);
  }
  return {};
}

Status MemoryIndex::insert(std::span<const IndexEntry> entries, std::span<const Coverage> coverage) {
  const std::unique_lock lock(mutex_);
  for (const IndexEntry& entry : entries) placements_.insert_or_assign(entry.digest, entry.placement);
  for (const Coverage& covered : coverage) coverage_.insert_or_assign(covered.segment, covered.bytes);
  return {};
}

Status MemoryIndex::for_each_coverage(const std::function<void(Coverage)>& visit) {
  const std::shared_lock lock(mutex_);
  for (const auto& [segment, bytes] : coverage_) visit({segment, bytes});
  return {};
}

IndexFactory MemoryIndex::factory() {
  return
      [](const IndexOpening&) -> Result<std::unique_ptr<Index>> { return std::make_unique<MemoryIndex>(); };
}

}  // namespace penstock
