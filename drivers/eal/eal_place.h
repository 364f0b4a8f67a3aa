// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <cstddef>
#include <optional>

namespace penstock {

// The CPUs of the n-th lcore that EAL was started with, those of NUMA node `node` counted first (-1: no node
// is better than another); behind the last one it begins again.
std::optional<cpu_set_t> eal_place(size_t number, int node);

// A thread's place among EAL's lcores. Its one thread makes, uses and ends it; if another ends it, the first
// one stays where it is.
class EalPlace {
 public:
  EalPlace() = default;
  // The thread may run again where it might before, and its timers are as lax as they were.
  ~EalPlace();
  EalPlace(const EalPlace&) = delete;
  EalPlace& operator=(const EalPlace&) = delete;

  // Puts the calling thread at eal_place(), lets it sleep as briefly as it asks to (threads have 50 µs of
  // slack), and makes it known to EAL for as long as it lives, so that its pools keep packets at hand for it.
  // What cannot be done is left: it costs time, nothing else. Threads that it makes meanwhile inherit its
  // CPUs. `users`: how many take such places, from 0 on.
  void take(size_t number, int node, size_t users);
  // Whether the place is one CPU, and no other user's.
  bool has_cpu_alone() const { return cpu_alone_; }

 private:
  pid_t thread_ = 0;  // 0: none
  std::optional<cpu_set_t> former_{};
  int former_slack_ns_ = 0;
  bool cpu_alone_ = false;
};

// Whether EAL knows the calling thread.
bool known_to_eal();

}  // namespace penstock
