// SPDX-License-Identifier: Apache-2.0
#include "hls/sha256/block_pipe.h"

#include "hls/datapath/cycles.h"

namespace fabric {

void run_blocks(hls::stream<MessageBlock>& rounds, hls::stream<FinishedDigest>& digests) {
  Sha256State states[kDigestSlots];
#pragma HLS BIND_STORAGE variable = states type = ram_2p impl = lutram
#pragma HLS AGGREGATE variable = states compact = bit
  MessageBlock block;
  uint32_t skips = 0;  // before the block enters
  bool waits = false;
  uint64_t blocks = 0;
  uint64_t clocks = 0;
clocks:
  for (uint64_t step = 0; step < kStepsMax; ++step) {
#pragma HLS PIPELINE II = 1
    // The same slot comes kDigestSlots clocks later at the soonest.
#pragma HLS DEPENDENCE variable = states type = inter direction = RAW distance = 72 dependent = true
    if (!waits) {
      block = rounds.read();
      skips = block.skipped;
    }
    if (block.end) break;
    ++clocks;
    waits = skips != 0;
    if (waits) {
      --skips;
      continue;
    }
    const Sha256State before = block.first ? sha256_initial_state() : states[block.slot];
    const Sha256State after = sha256_compress(before, block.data);
    states[block.slot] = after;
    if (block.last) {
      const FinishedDigest digest = {sha256_digest(after), block.sequence, false};
      digests.write(digest);
    }
    ++blocks;
  }
  const FinishedDigest end = {0, 0, true};
  digests.write(end);
  HLS_CYCLES("run_blocks", clocks + kSha256Latency);
  HLS_COUNT("sha256_blocks", blocks);
  HLS_COUNT("sha256_clocks", clocks);
}

}  // namespace fabric
