// SPDX-License-Identifier: Apache-2.0
#pragma once

// Words from memory, in bursts that are asked for before they are needed.

#include <hls_burst_maxi.h>
#include <hls_stream.h>

#include "hls/datapath/words.h"

namespace fabric {

// Words to read that lie side by side: 1 to kBurstWordsMax. `end` comes once, behind the last burst, with no
// words.
struct Burst {
  uint64_t word;  // from the begin of memory
  uint32_t words;
  bool end;
};

constexpr uint32_t kBurstWordsMax =
    64;  // 4 KiB: no AXI burst crosses a boundary of that, Vitis splits those that would
constexpr uint32_t kBurstsAhead = 16;  // asked for before the first of them is read to its end

// Writes the words of all bursts in their order; ends behind `end`. One word a clock where memory keeps up:
// 16 bursts of 16 words cover 256 clock cycles of latency.
void read_bursts(hls::burst_maxi<Word> memory, hls::stream<Burst>& bursts, hls::stream<Word>& words);

}  // namespace fabric
