// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "base/check.h"
#include "offload/device.h"

namespace penstock {

// What a scripted device does, and what it was given; the test's, and outlives the device's queue pairs.
struct DeviceScript {
  uint32_t depth = 64;
  bool shares_host_memory = false;
  bool hangs = false;                          // accepts, and gives nothing back
  bool twice = false;                          // gives every answer twice
  Quiescence quiescence = Quiescence::proven;  // of what is abandoned
  JobStatus status = JobStatus::done;
  uint32_t output_length = 0;
  bool refuses_memory = false;
  bool refuses_queue_pairs = false;
  Job* ghost = nullptr;        // given as finished, and not touched,
  size_t ghosts = 0;           // so often, before anything else
  std::deque<Job*> in_flight;  // oldest first
  uint64_t accepted = 0;
  uint64_t registered = 0;  // slabs
  bool device_ended = false;
  bool queue_pair_ended = false;
};

// A device that does what its script says, and nothing else: it touches neither input nor output.
class ScriptedDevice final : public Device {
 public:
  explicit ScriptedDevice(DeviceScript& script) : script_(&script) {
    capabilities_.kind = "scripted";
    capabilities_.name = "scripted device";
    capabilities_.operations = {Operation::digest, Operation::encode};
    capabilities_.codecs = {CodecId::lz4};
    capabilities_.hashes = {HashId::sha2_256};
    capabilities_.input_bytes_max = 2 << 20;
    capabilities_.chunks_max = 4096;
    capabilities_.queue_depth = script.depth;
    capabilities_.shares_host_memory = script.shares_host_memory;
  }

  ~ScriptedDevice() override { script_->device_ended = true; }
  ScriptedDevice(const ScriptedDevice&) = delete;
  ScriptedDevice& operator=(const ScriptedDevice&) = delete;

  const Capabilities& capabilities() const override { return capabilities_; }
  Status register_memory(std::span<const Slab> slabs) override {
    if (script_->refuses_memory) return fail(Errc::failed, "scripted device", "takes no memory");
    script_->registered += slabs.size();
    return {};
  }
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override {
    if (script_->refuses_queue_pairs) return fail(Errc::failed, "scripted device", "has no queue pair");
    return std::make_unique<Path>(*script_, depth);
  }

 private:
  class Path final : public QueuePair {
   public:
    Path(DeviceScript& script, uint32_t depth) : script_(&script), depth_(depth) {}
    ~Path() override { script_->queue_pair_ended = true; }
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

    size_t submit(std::span<Job* const> jobs) noexcept override {
      const size_t accepted = std::min(jobs.size(), depth_ - script_->in_flight.size());
      for (Job* job : jobs.first(accepted)) {
        PENSTOCK_CHECK(job->generation == generation());
        script_->in_flight.push_back(job);
      }
      script_->accepted += accepted;
      return accepted;
    }
    size_t poll(std::span<Job*> finished) noexcept override {
      size_t returned = 0;
      for (; script_->ghosts > 0 && returned < finished.size(); --script_->ghosts)
        finished[returned++] = script_->ghost;
      while (!script_->hangs && returned < finished.size()) {
        if (again_ != nullptr) {
          finished[returned++] = std::exchange(again_, nullptr);
          continue;
        }
        if (script_->in_flight.empty()) break;
        Job* job = script_->in_flight.front();
        script_->in_flight.pop_front();
        job->status = script_->status;
        job->output_length = script_->output_length;
        if (script_->twice) again_ = job;
        finished[returned++] = job;
      }
      return returned;
    }
    Quiescence abandon(Job& job) noexcept override {
      PENSTOCK_CHECK(std::erase(script_->in_flight, &job) == 1);
      job.status = JobStatus::failed;
      return script_->quiescence;
    }
    uint32_t generation() const noexcept override { return 5; }
    Quiescence leave_generation() noexcept override { return script_->quiescence; }
    size_t in_flight() const noexcept override { return script_->in_flight.size(); }
    const QueuePairCounters& counters() const noexcept override { return counters_; }

   private:
    DeviceScript* script_;
    size_t depth_;
    Job* again_ = nullptr;
    QueuePairCounters counters_;
  };

  DeviceScript* script_;
  Capabilities capabilities_;
};

}  // namespace penstock
