// SPDX-License-Identifier: Apache-2.0
#include "hls/movers/burst_reader.h"

#include "hls/datapath/cycles.h"

namespace fabric {

void read_bursts(hls::burst_maxi<Word> memory, hls::stream<Burst>& bursts, ReadWords& words) {
  uint32_t asked_words[kBurstsAhead];
#pragma HLS ARRAY_PARTITION variable = asked_words complete
  uint32_t asked = 0;  // bursts; wraps
  uint32_t begun = 0;
  uint32_t left = 0;    // words of the burst that is being read
  uint32_t coming = 0;  // words that were asked for and have not come
  uint64_t room = 0;    // words that may be asked for, at least
  uint64_t cycles = 0;
  Burst burst = {0, 0, false};
  bool waits = false;  // the burst, until there is room for it
  bool ended = false;
steps:
  for (uint64_t step = 0; step < kStepsMax; ++step) {
    // Flushed, so that words go on while it waits for a burst.
#pragma HLS PIPELINE II = 1 style = flp
    const bool idle = coming == 0 && !waits;
    if (idle && ended) break;
    if (!waits && !ended && asked - begun < kBurstsAhead) {
      bool came = true;
      if (idle) {
        burst = bursts.read();
      } else {
        came = bursts.read_nb(burst);
      }
      ended = came && burst.end;
      waits = came && !burst.end;
    }
    if (waits && room < burst.words) room = words.capacity() - words.size() - coming - kWordsInPipeline;
    if (waits && room >= burst.words) {
      memory.read_request(burst.word, burst.words);
      asked_words[asked % kBurstsAhead] = burst.words;
      ++asked;
      coming += burst.words;
      room -= burst.words;
      waits = false;
    }
    if (left == 0 && begun != asked) {
      left = asked_words[begun % kBurstsAhead];
      ++begun;
    }
    if (left != 0) {
      words.write(memory.read());
      --left;
      --coming;
      ++cycles;
    }
  }
  HLS_CYCLES("read_bursts", cycles);
}

}  // namespace fabric
