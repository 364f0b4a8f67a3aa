// SPDX-License-Identifier: Apache-2.0
#include "pipeline/put_checkpoints.h"

#include "base/check.h"

namespace penstock {

void PutCheckpoints::appended(uint64_t bytes) {
  const uint64_t since = bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (due()) return;
  const auto waited = Clock::now() - last_.load(std::memory_order_relaxed);
  if (since >= interval_.bytes || waited >= interval_.time) due_.store(true, std::memory_order_relaxed);
}

Status PutCheckpoints::pass() {
  if (!due()) return {};
  std::unique_lock lock(mutex_);
  // Made while this lane came here.
  if (!due()) return {};
  ++waiting_;
  const uint64_t made = made_;
  changed_.wait(lock, [&] { return stopped_ || made_ != made || waiting_ == lanes_; });
  if (stopped_ || made_ != made) return {};
  // The lock is kept: all others wait.
  PENSTOCK_TRY(sink_->checkpoint());
  waiting_ = 0;
  ++made_;
  bytes_.store(0, std::memory_order_relaxed);
  last_.store(Clock::now(), std::memory_order_relaxed);
  due_.store(false, std::memory_order_relaxed);
  changed_.notify_all();
  return {};
}

void PutCheckpoints::leave() {
  const std::lock_guard lock(mutex_);
  PENSTOCK_CHECK(lanes_ > 0);
  --lanes_;
  changed_.notify_all();
}

void PutCheckpoints::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace penstock
