// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace penstock {

// Lets so many a second through, and a quarter of that at once: a token bucket, kept as the time at which it
// would be full (GCRA, ITU-T I.371). Any thread, without a lock.
class AnswerLimit {
 public:
  explicit AnswerLimit(uint32_t per_second)
      : interval_ns_(per_second == 0 ? 0 : kSecond / per_second), depth_ns_(kSecond / 4) {}

  bool take(uint64_t now_ns) {
    if (interval_ns_ == 0) return false;
    uint64_t full = full_ns_.load(std::memory_order_relaxed);
    uint64_t next = 0;
    do {
      next = (full > now_ns ? full : now_ns) + interval_ns_;
      if (next - now_ns > depth_ns_) return false;
    } while (!full_ns_.compare_exchange_weak(full, next, std::memory_order_relaxed));
    return true;
  }

 private:
  static constexpr uint64_t kSecond = 1'000'000'000;

  uint64_t interval_ns_;
  uint64_t depth_ns_;
  std::atomic<uint64_t> full_ns_{0};
};

}  // namespace penstock
