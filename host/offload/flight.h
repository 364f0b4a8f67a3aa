// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "offload/job.h"

namespace penstock {

// A job on its way through a dispatcher.
struct Flight {
  Job attempt;         // what the member was given
  Job* job = nullptr;  // whose it is; null: the place is free
  size_t member = 0;
  uint64_t standing = 0;  // of the member's health, when it was given the attempt
  uint64_t begun_ns = 0;
  uint64_t expected_ns = 0;  // that the member takes for it
  uint64_t deadline_ns = 0;
};

}  // namespace penstock
