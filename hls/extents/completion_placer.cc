// SPDX-License-Identifier: Apache-2.0
#include "hls/extents/completion_placer.h"

#include "hls/datapath/cycles.h"

namespace fabric {

void place_completions(hls::stream<ExtentOutcome>& outcomes, hls::stream<PlacedWord>& placed) {
  bool end = false;
  uint32_t count = 0;
each_outcome:
  while (!end) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const ExtentOutcome outcome = outcomes.read();
    end = outcome.end;
    const PlacedWord word = {encode_completion(outcome.completion), count, kBothHalves, end};
    placed.write(word);
    ++count;
  }
  HLS_CYCLES("place_completions", count);
}

void place_completions_behind(hls::stream<PlacedWord>& before, hls::stream<ExtentOutcome>& outcomes,
                              hls::stream<PlacedWord>& placed) {
  bool end = false;
  uint64_t count = 0;
each_word:
  while (!end) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 524289
    const PlacedWord word = before.read();
    end = word.end;
    if (!end) placed.write(word);
    ++count;
  }
  HLS_CYCLES("place_completions", count);
  place_completions(outcomes, placed);
}

}  // namespace fabric
