// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "store/index.h"

namespace penstock {

// What a reader knows of blocks that the index does not: 44 bytes a block. Sealed when something was added;
// lookups from any threads while nobody adds.
class BlockOverlay {
 public:
  void add(const IndexEntry& entry) { entries_.push_back(entry); }
  // Of a digest that was added more than once, the last one counts.
  void seal() { std::ranges::stable_sort(entries_, {}, &IndexEntry::digest); }
  std::optional<Placement> find(const Digest& digest) const {
    const auto behind = std::ranges::upper_bound(entries_, digest, {}, &IndexEntry::digest);
    if (behind == entries_.begin() || (behind - 1)->digest != digest) return std::nullopt;
    return (behind - 1)->placement;
  }
  size_t size() const { return entries_.size(); }
  void clear() { entries_ = {}; }

 private:
  std::vector<IndexEntry> entries_;
};

}  // namespace penstock
