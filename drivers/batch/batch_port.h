// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/bounded_ring.h"

namespace penstock {

class CardBatch;

// Where a queue pair and the courier hand each other batches.
struct BatchPort {
  static constexpr size_t kBatchesMax = 16;

  BoundedRing<CardBatch*> outward{kBatchesMax};
  BoundedRing<CardBatch*> back{kBatchesMax};
  std::atomic<uint32_t> changes{0};  // grows when an input was read, and when a batch came back
};

}  // namespace penstock
