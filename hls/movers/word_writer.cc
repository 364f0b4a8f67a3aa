// SPDX-License-Identifier: Apache-2.0
#include "hls/movers/word_writer.h"

#include "hls/datapath/cycles.h"
#include "hls/movers/memory_latency.h"

namespace fabric {

void write_words(Word* memory, hls::stream<PlacedWord>& placed) {
  uint64_t cycles = 0;
runs:
  for (uint64_t run = 0; run < kStepsMax; ++run) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 512
    PlacedWord now;
  whole:
    for (uint64_t step = 0; step < kStepsMax; ++step) {
#pragma HLS PIPELINE II = 1
      now = placed.read();
      if (now.end || now.halves != kBothHalves) break;
      memory[now.word] = now.data;
      ++cycles;
    }
    if (now.end) break;
    Word merged = memory[now.word];
    if (now.halves == 1) {
      merged.range(255, 0) = now.data.range(255, 0);
    } else {
      merged.range(511, 256) = now.data.range(511, 256);
    }
    memory[now.word] = merged;
    cycles += 2 * kMemoryLatency;
  }
  HLS_CYCLES("write_words", cycles);
}

}  // namespace fabric
