// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "offload/device.h"

namespace penstock {

// A device that answers each job at once, as `answer` says: for self-tests that must fail.
class LyingDevice final : public Device {
 public:
  using Answer = std::function<void(Job&)>;

  LyingDevice(Capabilities capabilities, Answer answer)
      : capabilities_(std::move(capabilities)), answer_(std::move(answer)) {}

  const Capabilities& capabilities() const override { return capabilities_; }
  Status register_memory(std::span<const Slab>) override { return {}; }
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t) override {
    return std::make_unique<Queue>(answer_);
  }

 private:
  class Queue final : public QueuePair {
   public:
    explicit Queue(const Answer& answer) : answer_(answer) {}

    size_t submit(std::span<Job* const> jobs) noexcept override {
      job_ = jobs.front();
      return 1;
    }
    size_t poll(std::span<Job*> finished) noexcept override {
      answer_(*job_);
      finished.front() = std::exchange(job_, nullptr);
      return 1;
    }
    Quiescence abandon(Job&) noexcept override { return Quiescence::proven; }
    uint32_t generation() const noexcept override { return 1; }
    Quiescence leave_generation() noexcept override { return Quiescence::proven; }
    size_t in_flight() const noexcept override { return job_ == nullptr ? 0 : 1; }
    const QueuePairCounters& counters() const noexcept override { return counters_; }

   private:
    const Answer& answer_;
    Job* job_ = nullptr;
    QueuePairCounters counters_;
  };

  const Capabilities capabilities_;
  const Answer answer_;
};

}  // namespace penstock
