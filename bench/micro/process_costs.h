// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock::bench {

// Nanoseconds that a piece of work took: by the wall's clock, and of CPU time, of all threads of the process.
struct WorkTime {
  double wall_ns = 0;
  double cpu_ns = 0;
};

// Measures from when it was made, or from the last lap.
class WorkClock {
 public:
  WorkClock();
  WorkTime lap();

 private:
  WorkTime last_;
};

// Memory that the process holds for itself, in bytes: mapped files are not counted, as the kernel drops them
// when it has to.
uint64_t resident_bytes();

}  // namespace penstock::bench
