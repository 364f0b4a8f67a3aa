// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "benchmark/device_benchmark.h"
#include "benchmark/frame_set.h"
#include "benchmark/way_bench.h"
#include "memory/buffer_pool.h"
#include "offload/device.h"

namespace penstock {

// One device's work on a sample's frames, operation by operation and codec by codec. One thread.
class DeviceRounds {
 public:
  // `frames` outlive it. failed: no memory, or the device does not open.
  static Result<std::unique_ptr<DeviceRounds>> create(const BenchedDevice& device, const FrameSet& frames);

  // Everything that the device can do, once. Corrupt error where a payload's length cannot be; with `check`
  // where any answer is wrong.
  Status run_round(bool check);

  const std::vector<WayBench>& ways() const { return ways_; }

 private:
  // A frame on its way; its payload is there for decoding once it was encoded.
  struct Item {
    const FrameSet::Frame* frame = nullptr;
    Buffer raw;
    Buffer payload;
    Buffer decoded;
    size_t payload_bytes = 0;  // 0: stored
    std::vector<ChunkRef> chunks;
    std::vector<Digest> digests;
    Job job;
  };

  DeviceRounds(const BenchedDevice& device, std::span<const FrameSet::Frame> frames)
      : device_(device), items_(frames.size()), finished_(kDepth) {}

  Status open(std::span<const FrameSet::Frame> frames);
  void list_ways();
  Status run(WayBench& way, bool check);
  void prepare(Item& item, const WayBench& way);
  Status feed();
  Status check_answers(const WayBench& way);
  Failure wrong_answer() const;
  double modelled_seconds() const;

  static constexpr uint32_t kDepth = 16;  // jobs that are kept with it

  BenchedDevice device_;
  std::unique_ptr<BufferPool> pool_;
  std::vector<Item> items_;
  std::vector<Item*> todo_;  // items of the way at hand
  std::vector<Job*> finished_;
  std::unique_ptr<QueuePair> queue_;
  std::vector<WayBench> ways_;
};

}  // namespace penstock
