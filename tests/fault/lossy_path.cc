// SPDX-License-Identifier: Apache-2.0
#include "fault/lossy_path.h"

#include <algorithm>

namespace penstock {

LossyPath::Fate LossyPath::decide(size_t bytes, Clock::time_point now) {
  // All is drawn for each datagram, so that the fate of one does not hang on another's.
  const bool lost = random_.chance(options_.loss);
  const bool reordered = random_.chance(options_.reordering);
  const bool duplicated = random_.chance(options_.duplication);
  const bool altered = random_.chance(options_.alteration);
  const uint64_t extra_us = 1 + random_.below(std::max<uint64_t>(1, options_.reordering_time.count()));
  const uint64_t copy_us = random_.below(std::max<uint64_t>(1, options_.reordering_time.count()));

  Fate fate;
  if (options_.bytes_per_second != 0) {
    if (free_at_ - now > options_.queueing_max) {
      fate.crowded_out = true;
      return fate;
    }
    const std::chrono::nanoseconds sending(bytes * 1'000'000'000 / options_.bytes_per_second);
    free_at_ = std::max(free_at_, now) + sending;
    now = free_at_;
  }
  if (lost || bytes > options_.packet_bytes_max) return fate;
  fate.copies = duplicated ? 2 : 1;
  fate.reordered = reordered;
  fate.altered = altered;
  fate.due[0] = now + options_.delay;
  if (reordered) fate.due[0] += std::chrono::microseconds(extra_us);
  fate.due[1] = fate.due[0] + std::chrono::microseconds(copy_us);
  return fate;
}

}  // namespace penstock
