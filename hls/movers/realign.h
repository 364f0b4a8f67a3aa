// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bytes that begin anywhere, taken out of words of memory.

#include "hls/datapath/words.h"

namespace fabric {

// The 64 bytes that begin `shift` bytes (0 to 63) behind the begin of `low`; `high` is the word behind `low`.
// A barrel shifter: 6 levels of byte multiplexers.
inline Word realigned(const Word& low, const Word& high, uint32_t shift) {
#pragma HLS INLINE
  return high.concat(low) >> (8 * shift);
}

}  // namespace fabric
