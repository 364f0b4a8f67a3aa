// SPDX-License-Identifier: Apache-2.0
#pragma once

// What goes between the processes of the kernels that turn extents into payloads and back. Engines stand side
// by side, each with its reader: a *lane*. Submissions that are sound go to the lanes in turn, from one on
// that differs from launch to launch: a batch of fewer extents than lanes leaves the others to the next one.

#include "hls/datapath/extent_records.h"

namespace fabric {

// A lane's work: what to read, and what to make of it.
struct LaneJob {
  uint64_t first_word;  // of the extent, from the input's begin
  ExtentJob job;
};

// A submission as it was taken. `end` comes once, behind the last one, with none.
struct ExtentPlan {
  uint64_t cookie;
  uint64_t arena_words;  // of the batch: whole ones
  uint32_t generation;
  uint32_t status;  // enum penstock_status: DONE where a lane works on it
  uint32_t chunks;  // digests that come
  uint8_t lane;     // that works on it
  bool end;
};

// Its completion. `end` comes once, behind the last one, with none.
struct ExtentOutcome {
  Completion completion;
  bool end;
};

}  // namespace fabric
