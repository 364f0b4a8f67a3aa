// SPDX-License-Identifier: Apache-2.0
#include "offload/guarded_device.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.h"
#include "memory/keep_for_ever.h"
#include "offload/guarded_queue_pair.h"

namespace penstock {

GuardedDevice::GuardedDevice(Device& guarded, size_t jobs_max)
    : guarded_(&guarded), capabilities_(guarded.capabilities()) {
  capabilities_.shares_host_memory = false;
  capabilities_.input_alignment = 1;
  capabilities_.input_bytes_max = std::min(capabilities_.input_bytes_max, kFrameBytesMax);
  prepared_ = prepare(jobs_max);
}

GuardedDevice::~GuardedDevice() {
  if (keeps_paths_) keep_for_ever(std::move(pool_));
}

bool GuardedDevice::is_needed(const Capabilities& capabilities) {
  return capabilities.shares_host_memory && !capabilities.is_cpu;
}

Status GuardedDevice::prepare(size_t jobs_max) {
  PENSTOCK_TRY_ASSIGN(pool_, BufferPool::create("guard", kFrameBytesMax, 2 * jobs_max));
  return guarded_->register_memory(pool_->slabs());
}

Result<std::unique_ptr<QueuePair>> GuardedDevice::open_queue_pair(uint32_t depth) {
  if (depth == 0 || depth > capabilities_.queue_depth) {
    return fail(Errc::usage, "queue pair of " + std::to_string(depth) + " jobs", "the device has no such",
                "give a depth from 1 to " + std::to_string(capabilities_.queue_depth));
  }
  PENSTOCK_TRY(prepared_);
  std::vector<Buffer> buffers = lend(depth);
  if (buffers.empty()) {
    return fail(Errc::failed, capabilities_.name, "its guard has no memory left to lend",
                "use fewer threads");
  }
  const auto jobs = static_cast<uint32_t>(buffers.size() / 2);
  PENSTOCK_TRY_ASSIGN(auto guarded, guarded_->open_queue_pair(jobs));
  return std::make_unique<GuardedQueuePair>(std::move(guarded), std::move(buffers), capabilities_,
                                            keeps_paths_);
}

size_t GuardedDevice::memory_needed(size_t queue_pairs, uint32_t depth) const {
  const size_t jobs = queue_pairs * depth + 1;
  const size_t buffers = pool_ == nullptr ? 0 : std::min(2 * jobs, pool_->count());
  const size_t lists = jobs * capabilities_.chunks_max * (sizeof(ChunkRef) + sizeof(Digest));
  return buffers * kFrameBytesMax + lists + guarded_->memory_needed(queue_pairs, depth);
}

// Two for each job.
std::vector<Buffer> GuardedDevice::lend(uint32_t depth) {
  const std::lock_guard lock(lending_);
  const size_t jobs_left = pool_->free_count() / 2;
  std::vector<Buffer> buffers(2 * std::min<size_t>(depth, (jobs_left + 1) / 2));
  for (Buffer& buffer : buffers) buffer = pool_->acquire();
  return buffers;
}

}  // namespace penstock
