// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace penstock {

// How long the same work took, run after run, in nanoseconds of wall time.
class Timing {
 public:
  void add_run(uint64_t nanoseconds) { runs_.push_back(nanoseconds); }

  // Of an even number of runs the mean of the two in the middle; all are 0 where nothing ran.
  double median_ns() const;
  uint64_t least_ns() const;
  uint64_t most_ns() const;

 private:
  std::vector<uint64_t> runs_;
};

}  // namespace penstock
