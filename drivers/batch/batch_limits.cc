// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/batch_limits.h"

#include <algorithm>
#include <bit>

#include "drivers/batch/batch_port.h"

namespace penstock {
namespace {

// An open batch for each of the four operations, and as many again with the card or on their way back.
constexpr uint32_t kBatches = 8;
static_assert(kBatches <= BatchPort::kBatchesMax);
// One is copied to the card while the other runs.
constexpr uint32_t kBatchesSent = 2;
constexpr uint32_t kLargeExtents = 8;
constexpr uint32_t kChunks = 4 * PENSTOCK_EXTENT_CHUNKS_MAX;

}  // namespace

BatchLimits batch_limits(uint32_t jobs) {
  const uint32_t depth = std::bit_ceil(jobs);
  BatchLimits limits;
  limits.submissions = std::min(depth, PENSTOCK_SUBMISSIONS_MAX);
  limits.chunks = std::min(kChunks, depth * PENSTOCK_EXTENT_CHUNKS_MAX);
  limits.extent_bytes = size_t{std::clamp(depth / 2, 1u, kLargeExtents)} * PENSTOCK_EXTENT_BYTES_MAX;
  limits.copied_bytes = PENSTOCK_EXTENT_BYTES_MAX;
  limits.batches = std::min(kBatches, depth + 2);
  limits.batches_sent = kBatchesSent;
  return limits;
}

}  // namespace penstock
