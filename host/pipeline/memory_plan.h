// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "codec/codec.h"
#include "offload/device.h"

namespace penstock {

// The sum of what a put's threads take, decided before anything is allocated (docs/memory.md). The input's
// size does not enter into it.
struct MemoryPlan {
  static constexpr size_t kBudgetBytes = size_t{448} << 20;      // of a process's 512 MiB
  static constexpr size_t kDeviceBudgetBytes = size_t{1} << 30;  // beside it, where there are devices
  static constexpr size_t kStoreBytes = size_t{160} << 20;       // index caches and buffers, pending entries
  static constexpr size_t kFixedBytes = size_t{48} << 20;  // program, libraries, tree builder, node frames

  unsigned lanes = 1;             // threads
  unsigned batches_per_lane = 1;  // in flight with the device
  unsigned jobs_lost = 0;         // whose buffers a device that hangs may keep: as many as are in flight
  size_t input_buffers = 0;       // of kFrameBytesMax each: one a batch, the one being filled, one read ahead
  size_t frame_buffers = 0;       // of kFrameBytesMax each: encoded output, verification
  size_t codec_bytes = 0;         // the encoders' contexts
  size_t device_bytes = 0;        // Device::memory_needed

  size_t total_bytes() const;  // without the devices'
  bool fits() const { return total_bytes() <= kBudgetBytes && device_bytes <= kDeviceBudgetBytes; }
};

// `threads`, or one a CPU that we may run on where it is 0.
unsigned usable_threads(unsigned threads);

// As many lanes as `threads` asks (0: one a CPU that we may run on) and the budgets allow, each with a queue
// pair of `device`. failed: not even one fits. `cross`: devices check one another, and each batch has a
// buffer for what another one decodes.
Result<MemoryPlan> plan_memory(unsigned threads, unsigned batches_per_lane, CodecSpec codec, bool cross,
                               const Device& device);

}  // namespace penstock
