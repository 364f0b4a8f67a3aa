// SPDX-License-Identifier: Apache-2.0
#pragma once

// Digests packed to words, two to a word.

#include <hls_stream.h>

#include "hls/movers/word_writer.h"

namespace fabric {

// Adds a digest, number `at` of the answer, to the word that is being filled; what it pushes out is placed.
inline void add_digest(const ap_uint<256>& digest, uint64_t at, PlacedWord& filling,
                       hls::stream<PlacedWord>& placed) {
#pragma HLS INLINE
  if (filling.halves != 0 && filling.word != at / 2) {
    placed.write(filling);
    filling.halves = 0;
  }
  filling.word = at / 2;
  if (at % 2 == 0) {
    filling.data.range(255, 0) = digest;
    filling.halves |= 1;
  } else {
    filling.data.range(511, 256) = digest;
    filling.halves |= 2;
  }
}

}  // namespace fabric
