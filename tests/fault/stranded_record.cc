// SPDX-License-Identifier: Apache-2.0
#include "fault/stranded_record.h"

#include <sys/mman.h>

#include <algorithm>
#include <iterator>

namespace penstock {

void StrandedRecord::strand(Bytes bytes) {
  if (bytes.empty()) return;
  const std::lock_guard lock(mutex_);
  const uint8_t*& end = regions_[bytes.data()];
  end = std::max(end, bytes.data() + bytes.size());
}

bool StrandedRecord::holds_any_of(Bytes bytes) const {
  if (bytes.empty()) return false;
  const std::lock_guard lock(mutex_);
  // Regions are buffers: they do not overlap, so that the last one that begins before the end decides.
  auto behind = regions_.lower_bound(bytes.data() + bytes.size());
  if (behind == regions_.begin()) return false;
  return std::prev(behind)->second > bytes.data();
}

size_t StrandedRecord::regions() const {
  const std::lock_guard lock(mutex_);
  return regions_.size();
}

void StrandedRecord::know(std::span<const Slab> slabs) {
  const std::lock_guard lock(mutex_);
  std::vector<MutableBytes>& pool = pools_.emplace_back();
  for (const Slab& slab : slabs) pool.push_back(slab.bytes());
}

bool StrandedRecord::drop_pages() {
  std::vector<std::vector<MutableBytes>> pools;
  {
    const std::lock_guard lock(mutex_);
    pools.swap(pools_);
  }
  bool kept = true;
  for (const std::vector<MutableBytes>& pool : pools) {
    const auto is_stranded = [this](MutableBytes slab) { return holds_any_of(slab); };
    if (std::ranges::none_of(pool, is_stranded)) continue;
    for (const MutableBytes slab : pool) kept = madvise(slab.data(), slab.size(), MADV_DONTNEED) == 0 && kept;
  }
  return kept;
}

}  // namespace penstock
