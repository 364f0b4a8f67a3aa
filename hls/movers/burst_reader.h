// SPDX-License-Identifier: Apache-2.0
#pragma once

// Words from memory, in bursts that are asked for before they are needed.
//
// Readers of several lanes share a port, which gives words in the order in which they were asked for: a
// reader that did not take its words would stop all others, and those whose turn it is among them. So a
// reader asks for a burst where its channel has room for every word that it has asked for, and takes them as
// they come.

#include <hls_burst_maxi.h>
#include <hls_stream.h>

#include "hls/datapath/words.h"

namespace fabric {

// Words to read that lie side by side: 1 to kBurstWordsMax, best up to a multiple of that: 4 KiB, a boundary
// that no AXI burst crosses. `end` comes once, behind the last burst, with no words.
struct Burst {
  uint64_t word;  // from the begin of memory
  uint32_t words;
  bool end;
};

constexpr uint32_t kBurstWordsMax = 64;
constexpr uint32_t kBurstsAhead = 16;  // asked for before the first of them is read to its end
// Words that may be on their way or wait in the channel: 256 clock cycles at a word each.
constexpr uint32_t kWordsAhead = 256;
// Words that the loop holds, so that the channel does not yet count them: the depth of its pipeline at most.
constexpr uint32_t kWordsInPipeline = 32;

// The channel behind a reader.
constexpr int kReadWordsDepth = kWordsAhead + kWordsInPipeline;
using ReadWords = hls::stream<Word, kReadWordsDepth>;

// Transfers that a reader can have under way, of 16 words at most, as Vitis has it without being told.
constexpr uint32_t kTransfersAhead = kBurstsAhead + kWordsAhead / 16;

// Writes the words of all bursts in their order; ends behind `end`. One word a clock where memory keeps up.
void read_bursts(hls::burst_maxi<Word> memory, hls::stream<Burst>& bursts, ReadWords& words);

}  // namespace fabric
