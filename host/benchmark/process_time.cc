// SPDX-License-Identifier: Apache-2.0
#include "benchmark/process_time.h"

#include <ctime>

namespace penstock {

uint64_t process_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace penstock
