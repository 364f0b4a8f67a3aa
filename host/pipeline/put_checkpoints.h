// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/result.h"
#include "pipeline/frame_sink.h"
#include "pipeline/put.h"

namespace penstock {

// The checkpoints of one put. When one is due lanes begin no further batch; when the last has nothing under
// way it is made, and all go on: so each block that was claimed is appended, and no tree is durable before
// what it stands on. Any lane.
class PutCheckpoints {
 public:
  // `sink` is borrowed. `lanes`: that will call pass.
  PutCheckpoints(FrameSink& sink, CheckpointInterval interval, unsigned lanes)
      : sink_(&sink), interval_(interval), lanes_(lanes) {}

  // So many payload bytes were appended, by a lane or by what lanes hand outlines to.
  void appended(uint64_t bytes);
  // One is to be made: begin nothing.
  bool due() const { return due_.load(std::memory_order_relaxed); }
  // By a lane that has nothing under way. Where one is due it returns when that is made, or the put stops.
  Status pass();
  // By a lane that has ended.
  void leave();
  // A lane has failed: nobody waits any more.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  FrameSink* sink_;
  const CheckpointInterval interval_;
  std::atomic<bool> due_{false};
  std::atomic<uint64_t> bytes_{0};  // since the last
  std::atomic<Clock::time_point> last_{Clock::now()};
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned lanes_;        // that have not ended
  unsigned waiting_ = 0;  // of them
  uint64_t made_ = 0;
  bool stopped_ = false;
};

}  // namespace penstock
