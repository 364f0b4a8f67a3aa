// SPDX-License-Identifier: Apache-2.0
#include "pipeline/fusion_choice.h"

#include <algorithm>

#include "base/limits.h"

namespace penstock {

void FusionChoice::saw(uint64_t bytes, uint64_t bytes_missing) noexcept {
  // An average of the last eight full batches or so; small ones count for less.
  constexpr double kMemoryBytes = 8.0 * kFrameBytesAim;
  const double weight = static_cast<double>(std::min<uint64_t>(bytes, kFrameBytesAim)) / kMemoryBytes;
  const double of_use = bytes_missing == bytes ? 1 : 0;
  const double before = share_.load(std::memory_order_relaxed);
  const double share = before + (of_use - before) * weight;
  share_.store(share, std::memory_order_relaxed);
  fused_.store(share >= (fused() ? kSplitBelow : kFuseFrom), std::memory_order_relaxed);
}

}  // namespace penstock
