// SPDX-License-Identifier: Apache-2.0
#include "offload/guarded_device.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.h"
#include "memory/buffer_pool.h"
#include "offload/guarded_queue_pair.h"

namespace penstock {
namespace {

// What a device decodes to may be larger than what it takes.
size_t buffer_bytes(const Capabilities& capabilities) {
  return std::max(capabilities.input_bytes_max, kFrameBytesMax);
}

}  // namespace

GuardedDevice::GuardedDevice(Device& guarded) : guarded_(&guarded), capabilities_(guarded.capabilities()) {
  capabilities_.shares_host_memory = false;
  capabilities_.input_alignment = 1;
}

bool GuardedDevice::is_needed(const Capabilities& capabilities) {
  return capabilities.shares_host_memory && !capabilities.is_cpu;
}

Result<std::unique_ptr<QueuePair>> GuardedDevice::open_queue_pair(uint32_t depth) {
  if (depth == 0 || depth > capabilities_.queue_depth) {
    return fail(Errc::usage, "queue pair of " + std::to_string(depth) + " jobs", "the device has no such",
                "give a depth from 1 to " + std::to_string(capabilities_.queue_depth));
  }
  PENSTOCK_TRY_ASSIGN(auto pool, BufferPool::create("guard", buffer_bytes(capabilities_), 2 * size_t{depth}));
  PENSTOCK_TRY(guarded_->register_memory(pool->slabs()));
  PENSTOCK_TRY_ASSIGN(auto guarded, guarded_->open_queue_pair(depth));
  return std::make_unique<GuardedQueuePair>(std::move(guarded), std::move(pool), capabilities_, depth,
                                            keeps_paths_);
}

}  // namespace penstock
