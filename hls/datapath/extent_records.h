// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every engine that works on extents takes and gives, whichever way it turns them.

#include <stdint.h>

#include "hls/datapath/words.h"

namespace fabric {

// Work on one extent. After the last one of a launch comes a job whose `end` is set, and nothing else in it
// counts.
struct ExtentJob {
  uint32_t input_bytes;       // at most PENSTOCK_EXTENT_BYTES_MAX
  uint32_t output_bytes_max;  // encode: of the payload; decode: the raw length, which it must have exactly
  bool end;
};

// A word of what becomes of a job, in order, the last one padded with zeros; never more of them than
// output_bytes_max has room for. Behind them comes an item without a word whose `end` is set.
struct OutputWord {
  Word word;
  bool end;
};

// Written behind the words of a job, in the order of the jobs. Where the job was not done its words have no
// meaning.
struct OutputResult {
  uint32_t bytes;  // 0 where it was not done
  bool done;       // encode: there is a payload; decode: there was one
};

}  // namespace fabric
