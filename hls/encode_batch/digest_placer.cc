// SPDX-License-Identifier: Apache-2.0
#include "hls/encode_batch/digest_placer.h"

#include "hls/datapath/cycles.h"
#include "hls/movers/digest_packer.h"

namespace fabric {
void place_digests(hls::stream<DigestPlan>& plans, hls::stream<ap_uint<256> >& digests,
                   hls::stream<PlacedWord>& placed) {
  PlacedWord filling = {0, 0, 0, false};
each_plan:
  for (uint32_t i = 0; i <= PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const DigestPlan plan = plans.read();
    if (plan.end) break;
  each_digest:
    for (uint32_t chunk = 0; chunk < plan.chunks; ++chunk) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 4096
      add_digest(digests.read(), plan.first_digest + chunk, filling, placed);
    }
    HLS_CYCLES("place_digests", plan.chunks);
  }
  if (filling.halves != 0) placed.write(filling);
  const PlacedWord end = {0, 0, 0, true};
  placed.write(end);
}

}  // namespace fabric
