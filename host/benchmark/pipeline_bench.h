// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "benchmark/timing.h"

namespace penstock {

// The whole way, in several runs: what was measured stage by stage, put together.
struct PipelineBench {
  Timing put;           // into an empty store, verified in full, committed and synced
  Timing put_one_core;  // the same by one thread, the process held on one CPU
  Timing put_again;     // the same data into the same store
  Timing get;           // all of it, restored as a file
  Timing verify;        // of the whole store

  uint64_t bytes_stored = 0;    // that the first put wrote to segments
  uint64_t bytes_grown = 0;     // that the second one did
  uint64_t bytes_verified = 0;  // raw bytes that verify decoded and digested
};

}  // namespace penstock
