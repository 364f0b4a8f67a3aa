// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "fault/seeded_random.h"

namespace penstock {

// What happens to datagrams on their way. Shares are in [0, 1], and each direction has them.
struct LossyPathOptions {
  uint64_t seed = 1;
  double loss = 0;
  double reordering = 0;  // of datagrams that take up to `reordering_time` longer than others
  double duplication = 0;
  double alteration = 0;  // of datagrams ahead of which an altered copy arrives
  std::chrono::microseconds delay{0};
  std::chrono::microseconds reordering_time{2'000};
  size_t packet_bytes_max = SIZE_MAX;               // larger ones are lost, and nobody is told
  uint64_t bytes_per_second = 0;                    // 0: no limit
  std::chrono::microseconds queueing_max{100'000};  // where there is a limit: what would wait longer is lost
};

// The fate of the datagrams that go one way: the same for the same seed and sizes, in their order, but for
// what the limit of the rate makes of their times. One thread.
class LossyPath {
 public:
  using Clock = std::chrono::steady_clock;

  struct Fate {
    size_t copies = 0;         // 0: lost
    bool crowded_out = false;  // by the limit of the rate
    bool reordered = false;
    bool altered = false;                    // a copy of it
    std::array<Clock::time_point, 2> due{};  // of each copy
  };

  LossyPath(const LossyPathOptions& options, uint64_t direction)
      : options_(options), random_(options.seed * 2 + direction) {}

  Fate decide(size_t bytes, Clock::time_point now);

 private:
  LossyPathOptions options_;
  SeededRandom random_;
  Clock::time_point free_at_{};  // when the bottleneck has sent what it has
};

}  // namespace penstock
