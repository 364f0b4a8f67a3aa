// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace penstock {

// Ids of exchanges that can go on, from any threads to the worker, who is woken for the first of them. Shared
// by the worker and by whoever still has work for it: that work may end after the worker has.
class Mailbox {
 public:
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void post(uint64_t id) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    ids_.push_back(id);
    if (ids_.size() == 1) wake_();
  }
  void take(std::vector<uint64_t>& ids) {
    const std::lock_guard lock(mutex_);
    ids.insert(ids.end(), ids_.begin(), ids_.end());
    ids_.clear();
  }
  // The worker is not woken again.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }

 private:
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<uint64_t> ids_;
  bool closed_ = false;
};

}  // namespace penstock
