// SPDX-License-Identifier: Apache-2.0
#include "hls/sha256/digest_order.h"

#include "hls/datapath/cycles.h"

namespace fabric {

void order_digests(hls::stream<FinishedDigest>& digests, hls::stream<ap_uint<256> >& ordered) {
  ap_uint<256> waiting[kDigestWindow];
#pragma HLS BIND_STORAGE variable = waiting type = ram_2p impl = bram
  bool waits[kDigestWindow];
#pragma HLS BIND_STORAGE variable = waits type = ram_2p impl = lutram
clear:
  for (uint32_t place = 0; place < kDigestWindow; ++place) {
#pragma HLS PIPELINE II = 1
    waits[place] = false;
  }
  uint32_t next = 0;  // the place of the digest that leaves next
  uint64_t cycles = kDigestWindow;
  bool ended = false;
steps:
  for (uint64_t step = 0; step < kStepsMax; ++step) {
#pragma HLS PIPELINE II = 2
    cycles += 2;
    // What can leave leaves before another comes: its place may be wanted.
    if (waits[next]) {
      ordered.write(waiting[next]);
      waits[next] = false;
      next = (next + 1) % kDigestWindow;
    } else if (ended) {
      break;
    } else {
      const FinishedDigest digest = digests.read();
      ended = digest.end;
      if (!ended) {
        waiting[digest.sequence] = digest.digest;
        waits[digest.sequence] = true;
      }
    }
  }
  HLS_CYCLES("order_digests", cycles);
}

}  // namespace fabric
