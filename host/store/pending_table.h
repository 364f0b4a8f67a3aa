// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/digest.h"
#include "store/index.h"

namespace penstock {

// The digests that were claimed in this process and are not in the index yet, with their placements once they
// are written. Open addressing with linear probing, at most half full; grows by doubling, and clear keeps its
// memory. Not thread-safe.
class PendingTable {
 public:
  struct Slot {
    Digest digest;
    Placement placement;
    uint32_t state = 0;

    bool placed() const { return state == kPlaced; }
  };

  // Nothing if `digest` is not there. Valid until the next claim.
  Slot* find(const Digest& digest);
  const Slot* find(const Digest& digest) const;
  // Adds `digest`, which is not there.
  Slot& claim(const Digest& digest);
  void place(Slot& slot, const Placement& placement);

  void for_each(const std::function<void(const Slot&)>& visit) const;
  size_t size() const { return size_; }
  size_t placed() const { return placed_; }
  void clear();

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kClaimed = 1;
  static constexpr uint32_t kPlaced = 2;
  static constexpr size_t kSlotsMin = 1024;

  size_t probe(const Digest& digest) const;  // its slot, or the free one for it
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(kSlotsMin);
  size_t size_ = 0;
  size_t placed_ = 0;
};

}  // namespace penstock
