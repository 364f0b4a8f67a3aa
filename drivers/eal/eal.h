// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace penstock {

// DPDK's environment: one a process, for NICs and compression cards alike. It starts once and stays to the
// end, because DPDK starts no second time. Any thread.
class Eal {
 public:
  // Starts it, or finds it started with the same arguments. The calling thread may run afterwards where it
  // might before. usage: arguments that EAL does not take, or others than it was started with. failed: says
  // what is missing (hugepages, privileges) and how to get it.
  static Result<const Eal*> start(const std::vector<std::string>& words);

  const std::vector<std::string>& arguments() const { return arguments_; }

 private:
  explicit Eal(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {}

  const std::vector<std::string> arguments_;
};

// What DPDK complained of on this thread since the last call or the beginning of its EalComplaints, as the
// reason of an error that is `fallback` otherwise.
std::string eal_reason(std::string fallback);
// How to get what a complaint says is missing; may be empty.
std::string eal_remedy(const std::string& complaint);

}  // namespace penstock
