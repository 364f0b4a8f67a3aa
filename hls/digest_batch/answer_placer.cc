// SPDX-License-Identifier: Apache-2.0
#include "hls/digest_batch/answer_placer.h"

#include "hls/datapath/cycles.h"
#include "hls/movers/digest_packer.h"

namespace fabric {
namespace {

Completion completion_of(const PlannedAnswer& plan) {
#pragma HLS INLINE
  const Completion completion = {plan.cookie, 0, plan.generation, plan.status, 0, plan.chunks};
  return completion;
}

}  // namespace

void place_answers(hls::stream<PlannedAnswer>& plans, hls::stream<ap_uint<256> >& digests,
                   hls::stream<PlacedWord>& placed) {
  Word completions[PENSTOCK_SUBMISSIONS_MAX];
#pragma HLS BIND_STORAGE variable = completions type = ram_2p impl = bram
  PlacedWord open = {0, 0, 0, false};
  uint32_t submissions = 0;
  uint64_t cycles = 0;
answers:
  for (uint32_t i = 0; i < PENSTOCK_SUBMISSIONS_MAX + 1; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const PlannedAnswer plan = plans.read();
    if (plan.end) break;
  chunks:
    for (uint32_t chunk = 0; chunk < PENSTOCK_EXTENT_CHUNKS_MAX; ++chunk) {
#pragma HLS PIPELINE II = 1
      if (chunk >= plan.chunks) break;
      add_digest(digests.read(), plan.first_digest + chunk, open, placed);
    }
    completions[submissions] = encode_completion(completion_of(plan));
    ++submissions;
    cycles += plan.chunks + 4;  // entering and leaving the loop
  }
  if (open.halves != 0) placed.write(open);
completions:
  for (uint32_t i = 0; i < PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS PIPELINE II = 1
    if (i >= submissions) break;
    const PlacedWord completion = {completions[i], i, kBothHalves, false};
    placed.write(completion);
  }
  const PlacedWord end = {0, 0, 0, true};
  placed.write(end);
  HLS_CYCLES("place_answers", cycles + submissions);
}

}  // namespace fabric
