// SPDX-License-Identifier: Apache-2.0
#pragma once

// SHA-256's compression of one block (FIPS 180-4, sections 4.1.2, 4.2.2, 5.3.3 and 6.2.2), one round a stage.

#include <stdint.h>

#include "hls/datapath/words.h"

namespace fabric {

// Chaining value: H0 to H7 in words 0 to 7.
struct Sha256State {
  uint32_t h[8];
};

inline Sha256State sha256_initial_state() {
#pragma HLS INLINE
  const Sha256State initial = {
      {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
  return initial;
}

// Clock cycles from a block's entry to the state that it leaves: load, 64 rounds, addition.
constexpr uint32_t kSha256Latency = 66;

// The state after one more block; its 64 bytes lie in the word as they lie in memory.
Sha256State sha256_compress(const Sha256State& before, const Word& block);

// As FIPS 180-4 writes a digest: H0 first, each big-endian; byte 0 of the digest is bits 7 to 0.
ap_uint<256> sha256_digest(const Sha256State& state);

}  // namespace fabric
