// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "base/result.h"
#include "intake/arrival_batch.h"
#include "pipeline/batch_source.h"

namespace penstock {

// What workers have ready for the lanes. Any thread; taken once a batch, so a mutex serves. It can be held:
// then lanes finish what they have, and nothing is under way until it is released.
class ArrivalQueue final : public BatchSource {
 public:
  explicit ArrivalQueue(size_t capacity) : slots_(capacity) {}

  // `wake` is called where there is room again, or lanes have nothing to do; it must not call back.
  void add_worker(uint16_t number, std::function<void()> wake);
  // Returns when it is not called any more.
  void remove_worker(uint16_t number);

  // Takes the contents of `batch`, which comes back empty. False: it is full, or has been stopped.
  bool push(ArrivalBatch& batch);
  // A lane waits, and nothing is queued for it.
  bool is_starved() const { return starved_.load(std::memory_order_acquire); }
  // A worker has found neither room nor a free buffer: it is woken when that may have changed.
  void ask_for_room() { room_wanted_.store(true, std::memory_order_release); }

  // Returns when nothing is queued or under way, or at `deadline`; false when it was stopped.
  bool wait_until_idle(std::chrono::steady_clock::time_point deadline);
  // Returns when nothing is under way, and nothing will be until release(); false when it was stopped.
  bool hold();
  void release();
  // Lanes end when they have done what is queued.
  void end();

  // BatchSource, for the lanes.
  Result<Fill> fill(Batch& batch, StageClock& clock, bool may_wait) override;
  void retired() override;
  void stop() override;

 private:
  bool is_idle() const { return under_way_ == 0 && queued_ == 0; }
  bool may_give() const { return queued_ > 0 && !held_; }
  void wake_workers();

  std::shared_mutex wakes_mutex_;
  std::map<uint16_t, std::function<void()>> wakes_;  // by worker
  std::atomic<bool> starved_{false};
  std::atomic<bool> room_wanted_{false};
  std::mutex mutex_;
  std::condition_variable changed_;  // for lanes
  std::condition_variable settled_;  // for who waits for quiet
  std::vector<ArrivalBatch> slots_;
  size_t first_ = 0;
  size_t queued_ = 0;
  size_t under_way_ = 0;
  bool held_ = false;
  bool ended_ = false;
  bool stopped_ = false;
};

}  // namespace penstock
