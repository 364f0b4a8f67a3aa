// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "offload/device.h"

namespace penstock {

// A device that does nothing, at once: it accepts digests, and gives them back as done at the next poll, the
// oldest first. What stands beside it is the cost of those above it.
class NullDevice final : public Device {
 public:
  static constexpr uint32_t kDepth = 64;

  NullDevice() {
    capabilities_.kind = capabilities_.name = "null";
    capabilities_.operations = {Operation::digest};
    capabilities_.hashes = {HashId::sha2_256};
    capabilities_.input_bytes_max = 2 << 20;
    capabilities_.chunks_max = 4096;
    capabilities_.queue_depth = kDepth;
  }

  const Capabilities& capabilities() const override { return capabilities_; }
  Status register_memory(std::span<const Slab>) override { return {}; }
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t) override { return std::make_unique<Path>(); }

 private:
  class Path final : public QueuePair {
   public:
    size_t submit(std::span<Job* const> jobs) noexcept override {
      const size_t accepted = std::min(jobs.size(), kDepth - in_flight());
      for (Job* job : jobs.first(accepted)) jobs_[tail_++ % kDepth] = job;
      return accepted;
    }
    size_t poll(std::span<Job*> finished) noexcept override {
      const size_t count = std::min(finished.size(), in_flight());
      for (Job*& job : finished.first(count)) {
        job = jobs_[head_++ % kDepth];
        job->status = JobStatus::done;
      }
      return count;
    }
    Quiescence abandon(Job& job) noexcept override {
      const auto oldest = std::find(jobs_.begin(), jobs_.end(), &job);
      std::swap(*oldest, jobs_[head_++ % kDepth]);
      return Quiescence::proven;
    }
    uint32_t generation() const noexcept override { return 1; }
    Quiescence leave_generation() noexcept override { return Quiescence::proven; }
    size_t in_flight() const noexcept override { return tail_ - head_; }
    const QueuePairCounters& counters() const noexcept override { return counters_; }

   private:
    std::array<Job*, kDepth> jobs_{};  // a ring
    size_t head_ = 0;
    size_t tail_ = 0;
    QueuePairCounters counters_;
  };

  Capabilities capabilities_;
};

}  // namespace penstock
