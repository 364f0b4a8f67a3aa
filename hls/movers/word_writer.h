// SPDX-License-Identifier: Apache-2.0
#pragma once

// Words to memory, whole or by halves.

#include <hls_stream.h>

#include "hls/datapath/words.h"

namespace fabric {

// A word and where it goes. `end` comes once, behind the last word, with none.
struct PlacedWord {
  Word data;
  uint64_t word;   // from the begin of memory
  uint8_t halves;  // which are written: bit 0 bytes 0 to 31, bit 1 bytes 32 to 63
  bool end;
};

constexpr uint8_t kBothHalves = 3;

// One whole word a clock; a half costs a read and a write of memory, one after the other, because a pointer
// to words has no byte strobes. In the order of the channel; ends behind `end`.
void write_words(Word* memory, hls::stream<PlacedWord>& placed);

}  // namespace fabric
