// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/software/software_device.h"
#include "offload/device.h"

namespace penstock {

// What a disguised device says that it can do, what it was asked for, and how it lies; the test's, and
// outlives the device's queue pairs.
struct Disguise {
  std::vector<Operation> operations{Operation::digest, Operation::encode, Operation::decode};
  std::vector<CodecId> codecs{CodecId::lz4};
  uint32_t input_alignment = 64;
  bool shares_host_memory = false;
  uint32_t queue_depth = 64;
  size_t memory_needed = 0;             // of each queue pair
  std::function<void(Job&)> lie{};      // about a job that is done; from any thread
  std::optional<Operation> hangs_at{};  // takes such a job, and never gives it back

  struct Asked {
    std::atomic<uint64_t> jobs{0};
    std::atomic<uint64_t> bytes{0};  // of input
  };
  std::array<Asked, 4> asked{};  // by operation
  std::atomic<uint64_t> misaligned{0};

  uint64_t jobs(Operation operation) const { return asked[static_cast<size_t>(operation)].jobs; }
  uint64_t bytes(Operation operation) const { return asked[static_cast<size_t>(operation)].bytes; }
};

// The CPU's work in the name of a device whose answers nobody has to believe.
class DisguisedDevice final : public Device {
 public:
  explicit DisguisedDevice(Disguise& disguise) : disguise_(&disguise), cpu_(make_software_device({})) {
    capabilities_ = cpu_->capabilities();
    capabilities_.kind = "disguised";
    capabilities_.name = "disguised device";
    capabilities_.operations = disguise.operations;
    capabilities_.codecs = disguise.codecs;
    capabilities_.input_alignment = disguise.input_alignment;
    capabilities_.shares_host_memory = disguise.shares_host_memory;
    capabilities_.queue_depth = disguise.queue_depth;
    capabilities_.is_cpu = false;
  }

  const Capabilities& capabilities() const override { return capabilities_; }
  Status register_memory(std::span<const Slab>) override { return {}; }
  size_t memory_needed(size_t queue_pairs, uint32_t) const override {
    return queue_pairs * disguise_->memory_needed;
  }
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override {
    PENSTOCK_TRY_ASSIGN(auto path, cpu_->open_queue_pair(depth));
    return std::make_unique<Path>(*disguise_, std::move(path));
  }

 private:
  class Path final : public QueuePair {
   public:
    Path(Disguise& disguise, std::unique_ptr<QueuePair> inner)
        : disguise_(&disguise), inner_(std::move(inner)) {}

    size_t submit(std::span<Job* const> jobs) noexcept override {
      size_t accepted = 0;
      for (Job* job : jobs) {
        if (disguise_->hangs_at == job->operation) {
          held_.push_back(job);
        } else if (inner_->submit({&job, 1}) == 0) {
          break;
        }
        ++accepted;
        Disguise::Asked& asked = disguise_->asked[static_cast<size_t>(job->operation)];
        ++asked.jobs;
        asked.bytes += job->input.size();
        if (reinterpret_cast<uintptr_t>(job->input.data()) % disguise_->input_alignment != 0)
          ++disguise_->misaligned;
      }
      return accepted;
    }
    size_t poll(std::span<Job*> finished) noexcept override {
      const size_t count = inner_->poll(finished);
      if (disguise_->lie) {
        for (Job* job : finished.first(count)) disguise_->lie(*job);
      }
      return count;
    }
    Quiescence abandon(Job& job) noexcept override {
      return std::erase(held_, &job) == 1 ? Quiescence::unproven : inner_->abandon(job);
    }
    uint32_t generation() const noexcept override { return inner_->generation(); }
    Quiescence leave_generation() noexcept override { return inner_->leave_generation(); }
    size_t in_flight() const noexcept override { return inner_->in_flight() + held_.size(); }
    const QueuePairCounters& counters() const noexcept override { return inner_->counters(); }

   private:
    Disguise* disguise_;
    std::unique_ptr<QueuePair> inner_;
    std::vector<Job*> held_;
  };

  Disguise* disguise_;
  std::unique_ptr<Device> cpu_;
  Capabilities capabilities_;
};

}  // namespace penstock
