// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "memory/slab.h"
#include "offload/capabilities.h"
#include "offload/device_figure.h"
#include "offload/queue_pair.h"

namespace penstock {

// An accelerator, or the CPU in its place. Control plane: its calls may allocate, lock and wait. Any thread.
// Outlives its queue pairs.
class Device {
 public:
  virtual ~Device() = default;

  virtual const Capabilities& capabilities() const = 0;

  // Makes host memory known, at start, before queue pairs are opened. The slabs stay mapped until those are
  // closed.
  virtual Status register_memory(std::span<const Slab> slabs) = 0;

  // `depth`: the jobs that it accepts at the most, up to Capabilities::queue_depth.
  virtual Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) = 0;

  // Host memory that so many queue pairs of that depth make it take, and the queue pair of a self-test beside
  // them, in bytes. What is registered is not in it.
  virtual size_t memory_needed(size_t queue_pairs, uint32_t depth) const {
    static_cast<void>(queue_pairs), static_cast<void>(depth);
    return 0;
  }

  // What it says of itself now.
  virtual std::vector<DeviceFigure> figures() const { return {}; }
};

}  // namespace penstock
