// SPDX-License-Identifier: Apache-2.0
#include "pipeline/memory_plan.h"

#include <sched.h>

#include <algorithm>

#include "base/limits.h"
#include "base/size_text.h"
#include "pipeline/block_packer.h"

namespace penstock {
namespace {

constexpr size_t kVerifierBuffers = 1;

MemoryPlan plan_for(unsigned lanes, unsigned batches_per_lane, CodecSpec codec, bool cross,
                    const Device& device) {
  const size_t batches = size_t{lanes} * batches_per_lane;
  MemoryPlan plan;
  plan.lanes = lanes;
  plan.batches_per_lane = batches_per_lane;
  // One that works in the lane's own thread does not hang alone.
  plan.jobs_lost = batches_per_lane == 1 ? 0 : static_cast<unsigned>(batches);
  plan.input_buffers = batches + 2 + plan.jobs_lost;
  // A check reads one frame's payload, and decodes it into another: it may lose both.
  const size_t frames_per_job = cross ? 2 : 1;
  plan.frame_buffers =
      frames_per_job * (batches + plan.jobs_lost) + lanes * kVerifierBuffers + BlockPacker::kBuffers;
  plan.codec_bytes = (size_t{lanes} + 1) * encoder_memory(codec);
  plan.device_bytes = device.memory_needed(lanes, batches_per_lane);
  return plan;
}

}  // namespace

unsigned usable_threads(unsigned threads) {
  if (threads > 0) return threads;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

size_t MemoryPlan::total_bytes() const {
  return (input_buffers + frame_buffers) * kFrameBytesMax + codec_bytes + kStoreBytes + kFixedBytes;
}

Result<MemoryPlan> plan_memory(unsigned threads, unsigned batches_per_lane, CodecSpec codec, bool cross,
                               const Device& device) {
  unsigned lanes = usable_threads(threads);
  MemoryPlan plan = plan_for(lanes, batches_per_lane, codec, cross, device);
  while (!plan.fits() && lanes > 1) plan = plan_for(--lanes, batches_per_lane, codec, cross, device);
  if (plan.device_bytes > MemoryPlan::kDeviceBudgetBytes)
    return fail(Errc::failed, "devices",
                "need " + human_size(plan.device_bytes) + " of memory, more than the limit of " +
                    human_size(MemoryPlan::kDeviceBudgetBytes),
                "name fewer with --device");
  if (plan.total_bytes() > MemoryPlan::kBudgetBytes)
    return fail(Errc::failed, "codec " + codec_text(codec),
                "needs " + human_size(plan.total_bytes()) + " of memory, more than the limit of " +
                    human_size(MemoryPlan::kBudgetBytes),
                "choose a lower level");
  return plan;
}

}  // namespace penstock
