// SPDX-License-Identifier: Apache-2.0
// Included by the source of one instruction set, which first defines SHA256_VECTOR_TARGET as the attribute
// that lets a function use it; without one it is what every CPU has.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/digest.h"
#include "hash/sha256_constants.h"
#include "hash/sha256_lane.h"
#include "hash/sha256_one_stream.h"

#ifndef SHA256_VECTOR_TARGET
#define SHA256_VECTOR_TARGET
#endif

#if defined(__clang__)
#define UNROLL_ROUNDS _Pragma("unroll")
#else
#define UNROLL_ROUNDS _Pragma("GCC unroll 16")
#endif

namespace penstock {

// SHA-256 (FIPS 180-4, 6.2.2) of one message in each 32-bit element of a vector. `Words` is such a vector's
// type and operations; it must be local to the source that includes this, so that no other links to code made
// for its instruction set.
template <class Words>
class Sha256Vector {
 public:
  static constexpr size_t kLanes = Words::kLanes;

  void start(size_t lane) {
    for (size_t i = 0; i < 8; ++i) state_[i][lane] = kSha256InitialState[i];
  }

  Digest digest(size_t lane) const {
    Digest digest;
    for (size_t i = 0; i < 8; ++i) store_le(digest.bytes.data() + 4 * i, __builtin_bswap32(state_[i][lane]));
    return digest;
  }

  void run(std::span<const Sha256Lane* const> lanes, size_t blocks) {
    if (lanes.size() <= Words::kAlone) return run_alone(lanes, blocks);
    // Elements without a message repeat another's work, and nobody asks for what they find.
    std::array<const uint8_t*, kLanes> in;
    in.fill(lanes[0]->next);
    for (const Sha256Lane* lane : lanes) in[lane->number] = lane->next;
    compress(in, blocks);
  }

 private:
  using Vector = typename Words::Vector;

  // So few are faster one after the other.
  void run_alone(std::span<const Sha256Lane* const> lanes, size_t blocks) {
    for (const Sha256Lane* lane : lanes) {
      std::array<uint32_t, 8> state;
      for (size_t i = 0; i < 8; ++i) state[i] = state_[i][lane->number];
      sha256_one_stream(state, lane->next, blocks);
      for (size_t i = 0; i < 8; ++i) state_[i][lane->number] = state[i];
    }
  }

  SHA256_VECTOR_TARGET void compress(std::array<const uint8_t*, kLanes>& in, size_t blocks) {
    Vector h[8];
    for (size_t i = 0; i < 8; ++i) h[i] = Words::load(state_[i].data());
    for (size_t block = 0; block < blocks; ++block) {
      Vector w[16];
      for (size_t quad = 0; quad < 4; ++quad)
        Words::load_quad(in, block * kSha256BlockBytes + quad * 16, w + 4 * quad);
      Vector v[8];
      for (size_t i = 0; i < 8; ++i) v[i] = h[i];
      for (size_t t = 0;; t += 16) {
        sixteen_rounds(v, w, t);
        if (t == 48) break;
        extend(w);
      }
      for (size_t i = 0; i < 8; ++i) h[i] = Words::add(h[i], v[i]);
    }
    for (size_t i = 0; i < 8; ++i) Words::store(state_[i].data(), h[i]);
  }

  // From sixteen words of the message schedule to the next sixteen, each in the place of the one that it is
  // the last to need.
  SHA256_VECTOR_TARGET __attribute__((always_inline)) static inline void extend(Vector (&w)[16]) {
    UNROLL_ROUNDS for (size_t t = 0; t < 16; ++t) {
      const Vector two_before = w[(t + 14) % 16];
      const Vector fifteen_before = w[(t + 1) % 16];
      const Vector sigma0 =
          Words::xor3(Words::template rotr<7>(fifteen_before), Words::template rotr<18>(fifteen_before),
                      Words::template shr<3>(fifteen_before));
      const Vector sigma1 =
          Words::xor3(Words::template rotr<17>(two_before), Words::template rotr<19>(two_before),
                      Words::template shr<10>(two_before));
      w[t] = Words::add(Words::add(w[t], sigma0), Words::add(w[(t + 9) % 16], sigma1));
    }
  }

  // Instead of moving the eight variables on, each round takes its own from one place further.
  SHA256_VECTOR_TARGET __attribute__((always_inline)) static inline void sixteen_rounds(Vector (&v)[8],
                                                                                        const Vector (&w)[16],
                                                                                        size_t t) {
    UNROLL_ROUNDS for (size_t i = 0; i < 16; ++i) {
      const Vector a = v[(16 - i) % 8];
      const Vector b = v[(17 - i) % 8];
      const Vector c = v[(18 - i) % 8];
      Vector& d = v[(19 - i) % 8];
      const Vector e = v[(20 - i) % 8];
      const Vector f = v[(21 - i) % 8];
      const Vector g = v[(22 - i) % 8];
      Vector& h = v[(23 - i) % 8];
      const Vector sum1 =
          Words::xor3(Words::template rotr<6>(e), Words::template rotr<11>(e), Words::template rotr<25>(e));
      const Vector sum0 =
          Words::xor3(Words::template rotr<2>(a), Words::template rotr<13>(a), Words::template rotr<22>(a));
      const Vector kw = Words::add(w[i], Words::all(kSha256RoundConstants[t + i]));
      const Vector t1 = Words::add(Words::add(h, sum1), Words::add(Words::choose(e, f, g), kw));
      d = Words::add(d, t1);
      h = Words::add(t1, Words::add(sum0, Words::majority(a, b, c)));
    }
  }

  alignas(64) std::array<std::array<uint32_t, kLanes>, 8> state_;
};

}  // namespace penstock
