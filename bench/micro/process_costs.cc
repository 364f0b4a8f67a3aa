// SPDX-License-Identifier: Apache-2.0
#include "micro/process_costs.h"

#include <time.h>

#include <fstream>
#include <string>

#include "base/check.h"

namespace penstock::bench {
namespace {

double nanoseconds(clockid_t clock) {
  timespec now{};
  PENSTOCK_CHECK(clock_gettime(clock, &now) == 0);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

WorkTime now() {
  return {.wall_ns = nanoseconds(CLOCK_MONOTONIC), .cpu_ns = nanoseconds(CLOCK_PROCESS_CPUTIME_ID)};
}

}  // namespace

WorkClock::WorkClock() : last_(now()) {}

WorkTime WorkClock::lap() {
  const WorkTime before = last_;
  last_ = now();
  return {.wall_ns = last_.wall_ns - before.wall_ns, .cpu_ns = last_.cpu_ns - before.cpu_ns};
}

uint64_t resident_bytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  uint64_t kib = 0;
  while (std::getline(status, line)) {
    if (line.starts_with("RssAnon:") || line.starts_with("RssShmem:")) kib += std::stoull(line.substr(9));
  }
  return kib << 10;
}

}  // namespace penstock::bench
