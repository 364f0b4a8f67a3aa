// SPDX-License-Identifier: Apache-2.0
#include "benchmark/timing.h"

#include <algorithm>

namespace penstock {

double Timing::median_ns() const {
  if (runs_.empty()) return 0;
  std::vector<uint64_t> sorted = runs_;
  std::ranges::sort(sorted);
  const uint64_t below = sorted[(sorted.size() - 1) / 2];
  const uint64_t above = sorted[sorted.size() / 2];
  return (static_cast<double>(below) + static_cast<double>(above)) / 2;
}

uint64_t Timing::least_ns() const {
  return runs_.empty() ? 0 : *std::ranges::min_element(runs_);
}

uint64_t Timing::most_ns() const {
  return runs_.empty() ? 0 : *std::ranges::max_element(runs_);
}

}  // namespace penstock
