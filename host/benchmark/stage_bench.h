// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "benchmark/cost.h"
#include "benchmark/timing.h"

namespace penstock {

// One stage of a put, alone on one thread, in several runs; and, where a library does the same work, that
// library called directly, turn by turn with ours.
struct StageBench {
  std::string stage;    // "digest"
  std::string method;   // how: "sha-ni-x3"
  std::string library;  // the function called; empty where there is none
  uint64_t bytes = 0;   // raw bytes that each run took
  Timing ours{};
  Timing theirs{};

  Cost cost() const { return {bytes, ours.median_ns()}; }
  Cost library_cost() const { return {bytes, theirs.median_ns()}; }
};

}  // namespace penstock
