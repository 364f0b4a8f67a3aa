// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace penstock::bench {

// A thing to time: one call does `bytes` bytes of work.
struct Contestant {
  std::string name;
  std::function<void()> work;
};

// How fast a contestant was, in GB (10^9 bytes) per second of its thread's CPU time, over all rounds.
struct Speed {
  double median = 0;
  double best = 0;
  // Of the ratios to the first contestant in the same round.
  double ratio_median = 0;
  double ratio_low = 0;   // a tenth of them lie below
  double ratio_high = 0;  // and a tenth above
};

// Runs all contestants in turn, `rounds` times, each on `bytes` bytes: what disturbs the machine disturbs all
// of them alike.
std::vector<Speed> time_alternating(const std::vector<Contestant>& contestants, double bytes, int rounds);

// A table on stdout, one line a contestant.
void print_speeds(const std::string& title, const std::vector<Contestant>& contestants,
                  const std::vector<Speed>& speeds);

}  // namespace penstock::bench
