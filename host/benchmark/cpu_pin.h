// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <vector>

#include "base/result.h"

namespace penstock {

// Holds every thread of the process, and those that they start, on the CPU that the caller runs on: what is
// measured on one core must not have a store's or an index's threads on another. Destroyed, it gives each
// thread back the CPUs that it had; threads started meanwhile get the caller's.
class CpuPin {
 public:
  // failed: the system refuses.
  static Result<CpuPin> here();

  CpuPin(CpuPin&& other) noexcept : before_(std::move(other.before_)) { other.before_.clear(); }
  CpuPin& operator=(CpuPin&&) = delete;
  ~CpuPin();

 private:
  struct ThreadCpus {
    pid_t thread = 0;
    cpu_set_t cpus{};
  };

  CpuPin() = default;

  std::vector<ThreadCpus> before_;  // the caller first
};

}  // namespace penstock
