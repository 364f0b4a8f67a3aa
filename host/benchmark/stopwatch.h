// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace penstock {

// Wall time since it was made, or since the last lap.
class Stopwatch {
 public:
  // Nanoseconds since then; the next lap begins.
  uint64_t lap() {
    const Clock::time_point now = Clock::now();
    const auto passed = std::chrono::nanoseconds(now - last_).count();
    last_ = now;
    return static_cast<uint64_t>(passed);
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
};

template <class Work>
uint64_t nanoseconds_of(Work&& work) {
  Stopwatch stopwatch;
  work();
  return stopwatch.lap();
}

}  // namespace penstock
