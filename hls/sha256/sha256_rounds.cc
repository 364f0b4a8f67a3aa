// SPDX-License-Identifier: Apache-2.0
#include "hls/sha256/sha256_rounds.h"

namespace fabric {
namespace {

const uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

inline uint32_t rotated(uint32_t x, int right) {
#pragma HLS INLINE
  return (x >> right) | (x << (32 - right));
}

inline uint32_t big_endian(uint32_t x) {
#pragma HLS INLINE
  return (x << 24) | ((x & 0xff00) << 8) | ((x >> 8) & 0xff00) | (x >> 24);
}

}  // namespace

Sha256State sha256_compress(const Sha256State& before, const Word& block) {
#pragma HLS INLINE
  uint32_t w[16];  // the schedule's last 16 words, W(t) in w[t mod 16]
#pragma HLS ARRAY_PARTITION variable = w complete
load:
  for (int i = 0; i < 16; ++i) {
#pragma HLS UNROLL
    w[i] = big_endian(field32(block, 4 * i));
  }
  uint32_t a = before.h[0], b = before.h[1], c = before.h[2], d = before.h[3];
  uint32_t e = before.h[4], f = before.h[5], g = before.h[6], h = before.h[7];
rounds:
#pragma GCC unroll 64
  for (int t = 0; t < 64; ++t) {
#pragma HLS UNROLL
    const uint32_t now = w[t % 16];
    const uint32_t sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const uint32_t sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const uint32_t t1 = h + sum1 + (g ^ (e & (f ^ g))) + kRound[t] + now;
    const uint32_t t2 = sum0 + ((a & b) ^ (c & (a ^ b)));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
    if (t < 48) {
      const uint32_t x = w[(t + 1) % 16];
      const uint32_t y = w[(t + 14) % 16];
      w[t % 16] = now + (rotated(x, 7) ^ rotated(x, 18) ^ (x >> 3)) + w[(t + 9) % 16] +
                  (rotated(y, 17) ^ rotated(y, 19) ^ (y >> 10));
    }
  }
  const Sha256State after = {{before.h[0] + a, before.h[1] + b, before.h[2] + c, before.h[3] + d,
                              before.h[4] + e, before.h[5] + f, before.h[6] + g, before.h[7] + h}};
  return after;
}

ap_uint<256> sha256_digest(const Sha256State& state) {
#pragma HLS INLINE
  ap_uint<256> digest = 0;
store:
  for (int i = 0; i < 8; ++i) {
#pragma HLS UNROLL
    digest.range(32 * i + 31, 32 * i) = big_endian(state.h[i]);
  }
  return digest;
}

}  // namespace fabric
