// SPDX-License-Identifier: Apache-2.0
#include "hls/movers/burst_reader.h"

#include "hls/datapath/cycles.h"

namespace fabric {

void read_bursts(hls::burst_maxi<Word> memory, hls::stream<Burst>& bursts, hls::stream<Word>& words) {
  uint32_t asked_words[kBurstsAhead];
#pragma HLS ARRAY_PARTITION variable = asked_words complete
  uint32_t asked = 0;  // bursts; wraps
  uint32_t begun = 0;
  uint32_t left = 0;  // words of the burst that is being read
  uint64_t cycles = 0;
  bool ended = false;
steps:
  for (uint64_t step = 0; step < kStepsMax; ++step) {
#pragma HLS PIPELINE II = 1
    const bool idle = left == 0 && begun == asked;
    if (idle && ended) break;
    if (!ended && asked - begun < kBurstsAhead) {
      Burst burst;
      bool came = true;
      if (idle) {
        burst = bursts.read();
      } else {
        came = bursts.read_nb(burst);
      }
      if (came && burst.end) {
        ended = true;
      } else if (came) {
        memory.read_request(burst.word, burst.words);
        asked_words[asked % kBurstsAhead] = burst.words;
        ++asked;
      }
    }
    if (left == 0 && begun != asked) {
      left = asked_words[begun % kBurstsAhead];
      ++begun;
    }
    if (left != 0) {
      words.write(memory.read());
      --left;
      ++cycles;
    }
  }
  HLS_CYCLES("read_bursts", cycles);
}

}  // namespace fabric
