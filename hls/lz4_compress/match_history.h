// SPDX-License-Identifier: Apache-2.0
#pragma once

// An extent as far as it has come, for following a match: the last beats in registers, 64 KiB in memory, even
// and odd beats apart so that eight bytes from any byte on are one access to each.

#include "hls/lz4_compress/lz4_encoding.h"

namespace fabric {

struct MatchHistory {
  uint64_t even[kHistoryRows];
  uint64_t odd[kHistoryRows];
  uint64_t recent[kRecentBeats + 1];  // the current beat last
};

// The current beat, before it is asked about.
inline void shift_in(MatchHistory& history, uint64_t bytes) {
#pragma HLS INLINE
each_recent:
  for (uint32_t i = 0; i < kRecentBeats; ++i) {
#pragma HLS UNROLL
    history.recent[i] = history.recent[i + 1];
  }
  history.recent[kRecentBeats] = bytes;
}

// The current beat, number `beat` of its extent, after it was asked about: it takes the place of the one 64
// KiB before.
inline void keep(MatchHistory& history, uint32_t beat, uint64_t bytes) {
#pragma HLS INLINE
  const uint32_t row = beat / 2 % kHistoryRows;
  if (beat % 2 == 0) {
    history.even[row] = bytes;
  } else {
    history.odd[row] = bytes;
  }
}

// Eight bytes that lie `offset`, 1 to kOffsetMax, before the current beat, number `beat` of its extent.
inline uint64_t before_beat(const MatchHistory& history, uint32_t beat, uint32_t offset) {
#pragma HLS INLINE
  if (offset <= kRecentBeats * kBeatBytes) {
    const uint32_t at = kRecentBeats * kBeatBytes - offset;
    return straddling(history.recent[at / kBeatBytes], history.recent[at / kBeatBytes + 1], at % kBeatBytes);
  }
  const uint32_t at = beat * kBeatBytes - offset;
  const uint32_t first = at / kBeatBytes;
  const uint64_t even = history.even[(first + 1) / 2 % kHistoryRows];
  const uint64_t odd = history.odd[first / 2 % kHistoryRows];
  return first % 2 == 0 ? straddling(even, odd, at % kBeatBytes) : straddling(odd, even, at % kBeatBytes);
}

}  // namespace fabric
