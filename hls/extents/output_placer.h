// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes what the lanes made into the arena: packed, in the order of the submissions. A lane whose turn has
// not come keeps what it has in its channel, and waits when that is full.

#include <hls_stream.h>

#include "hls/datapath/cycles.h"
#include "hls/extents/extent_plan.h"

namespace fabric {

// What a submission is called that its lane could not do, and one whose output passes the arena's end.
struct RefusalNames {
  uint32_t not_done;
  uint32_t no_room;
};

template <int LANES, int DEPTH>
OutputWord take_word(uint32_t turn, hls::stream<OutputWord, DEPTH> (&outputs)[LANES]) {
#pragma HLS INLINE
  OutputWord item = {0, true};
each_lane:
  for (uint32_t i = 0; i < LANES; ++i) {
#pragma HLS UNROLL
    if (i == turn) outputs[i].read(item);
  }
  return item;
}

template <int LANES, int DEPTH>
OutputResult take_result(uint32_t turn, hls::stream<OutputResult, DEPTH> (&results)[LANES]) {
#pragma HLS INLINE
  OutputResult result = {0, false};
each_lane:
  for (uint32_t i = 0; i < LANES; ++i) {
#pragma HLS UNROLL
    if (i == turn) results[i].read(result);
  }
  return result;
}

// Writes the words of one output from `first_word` on, those that lie in the arena; returns how many there
// were.
template <int LANES, int DEPTH>
uint32_t place_words(uint32_t turn, uint64_t first_word, uint64_t arena_words,
                     hls::stream<OutputWord, DEPTH> (&outputs)[LANES], Word* arena) {
#pragma HLS INLINE
  uint32_t words = 0;
  bool end = false;
each_word:
  while (!end) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 32769
    const OutputWord item = take_word(turn, outputs);
    end = item.end;
    if (!end) {
      if (first_word + words < arena_words) arena[first_word + words] = item.word;
      ++words;
    }
  }
  HLS_CYCLES("place_outputs", words + 1);
  return words;
}

// An outcome for each plan, written behind its words.
template <int LANES, int WORDS_DEPTH, int RESULTS_DEPTH>
void place_outputs(hls::stream<ExtentPlan>& plans, hls::stream<OutputWord, WORDS_DEPTH> (&outputs)[LANES],
                   hls::stream<OutputResult, RESULTS_DEPTH> (&results)[LANES], RefusalNames names,
                   Word* arena, hls::stream<ExtentOutcome>& outcomes) {
  uint64_t next_word = 0;
each_plan:
  for (uint32_t i = 0; i <= PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const ExtentPlan plan = plans.read();
    ExtentOutcome outcome = {{plan.cookie, 0, plan.generation, plan.status, 0, plan.chunks}, plan.end};
    if (!plan.end && plan.status == PENSTOCK_DONE) {
      const uint32_t words = place_words(plan.lane, next_word, plan.arena_words, outputs, arena);
      const OutputResult result = take_result(plan.lane, results);
      const bool room = next_word + words <= plan.arena_words;
      outcome.completion.status = !result.done ? names.not_done : !room ? names.no_room : plan.status;
      if (outcome.completion.status == PENSTOCK_DONE) {
        outcome.completion.output_offset = next_word * kWordBytes;
        outcome.completion.output_bytes = result.bytes;
        next_word += words;
      }
    }
    outcomes.write(outcome);
    if (plan.end) break;
  }
}

}  // namespace fabric
