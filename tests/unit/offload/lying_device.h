// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "offload/device.h"

namespace penstock {

// A device that does one job at a time, at once, and answers as `answer` says, or not at all. Each of its
// queue pairs may have a thread of its own.
class LyingDevice final : public Device {
 public:
  using Answer = std::function<void(Job&)>;

  LyingDevice(Capabilities capabilities, Answer answer)
      : capabilities_(std::move(capabilities)), answer_(std::move(answer)) {}

  const Capabilities& capabilities() const override { return capabilities_; }
  Status register_memory(std::span<const Slab>) override {
    ++registered_;
    return {};
  }
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t) override {
    return std::make_unique<Queue>(*this);
  }

  // From now on it accepts and gives nothing back; `quiescence` is what it says of what is abandoned.
  void hang(Quiescence quiescence) {
    quiescence_ = quiescence;
    hangs_ = true;
  }
  size_t registered() const { return registered_; }  // calls

 private:
  class Queue final : public QueuePair {
   public:
    explicit Queue(const LyingDevice& device) : device_(device) {}

    size_t submit(std::span<Job* const> jobs) noexcept override {
      if (jobs.empty() || job_ != nullptr) return 0;
      job_ = jobs.front();
      return 1;
    }
    size_t poll(std::span<Job*> finished) noexcept override {
      if (job_ == nullptr || device_.hangs_) return 0;
      device_.answer_(*job_);
      finished.front() = std::exchange(job_, nullptr);
      return 1;
    }
    Quiescence abandon(Job&) noexcept override {
      job_ = nullptr;
      return device_.quiescence_;
    }
    uint32_t generation() const noexcept override { return 1; }
    Quiescence leave_generation() noexcept override { return Quiescence::proven; }
    size_t in_flight() const noexcept override { return job_ == nullptr ? 0 : 1; }
    const QueuePairCounters& counters() const noexcept override { return counters_; }

   private:
    const LyingDevice& device_;
    Job* job_ = nullptr;
    QueuePairCounters counters_;
  };

  const Capabilities capabilities_;
  const Answer answer_;
  std::atomic<bool> hangs_{false};
  std::atomic<Quiescence> quiescence_{Quiescence::proven};
  size_t registered_ = 0;
};

}  // namespace penstock
