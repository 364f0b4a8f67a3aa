// SPDX-License-Identifier: Apache-2.0
#include "intake/arrival_queue.h"

#include <utility>

#include "base/check.h"

namespace penstock {

void ArrivalQueue::add_worker(uint16_t number, std::function<void()> wake) {
  const std::unique_lock lock(wakes_mutex_);
  wakes_.emplace(number, std::move(wake));
}

void ArrivalQueue::remove_worker(uint16_t number) {
  const std::unique_lock lock(wakes_mutex_);
  wakes_.erase(number);
}

void ArrivalQueue::wake_workers() {
  const std::shared_lock lock(wakes_mutex_);
  for (const auto& [number, wake] : wakes_) wake();
}

bool ArrivalQueue::push(ArrivalBatch& batch) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || queued_ == slots_.size()) return false;
    PENSTOCK_CHECK(!ended_);
    std::swap(slots_[(first_ + queued_) % slots_.size()], batch);
    ++queued_;
    starved_.store(false, std::memory_order_release);
  }
  batch.clear();
  changed_.notify_one();
  return true;
}

Result<BatchSource::Fill> ArrivalQueue::fill(Batch& batch, StageClock& clock, bool may_wait) {
  std::unique_lock lock(mutex_);
  while (!stopped_ && !may_give()) {
    if (ended_ && queued_ == 0) return Fill::ended;
    if (!may_wait) return Fill::nothing;
    if (queued_ == 0 && !held_ && !starved_.exchange(true)) {
      // What workers have gathered need not wait for more.
      lock.unlock();
      wake_workers();
      lock.lock();
      continue;
    }
    changed_.wait(lock);
  }
  clock.lap(Stage::stall_source);
  if (stopped_) return Fill::ended;
  ArrivalBatch& next = slots_[first_];
  first_ = (first_ + 1) % slots_.size();
  --queued_;
  ++under_way_;
  batch.whole_files.clear();
  batch.input = std::move(next.input);
  std::swap(batch.chunks, next.chunks);
  std::swap(batch.outline.events, next.outline.events);
  std::swap(batch.outline.known, next.outline.known);
  batch.outline.leaves.clear();
  next.clear();
  lock.unlock();
  if (room_wanted_.exchange(false)) wake_workers();
  return Fill::filled;
}

void ArrivalQueue::retired() {
  {
    const std::lock_guard lock(mutex_);
    PENSTOCK_CHECK(under_way_ > 0);
    --under_way_;
    if (under_way_ == 0) settled_.notify_all();
  }
  if (room_wanted_.exchange(false)) wake_workers();
}

bool ArrivalQueue::wait_until_idle(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  settled_.wait_until(lock, deadline, [this] { return stopped_ || is_idle(); });
  return !stopped_;
}

bool ArrivalQueue::hold() {
  std::unique_lock lock(mutex_);
  held_ = true;
  settled_.wait(lock, [this] { return stopped_ || under_way_ == 0; });
  return !stopped_;
}

void ArrivalQueue::release() {
  {
    const std::lock_guard lock(mutex_);
    held_ = false;
  }
  changed_.notify_all();
}

void ArrivalQueue::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  settled_.notify_all();
}

void ArrivalQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  settled_.notify_all();
  wake_workers();
}

}  // namespace penstock
