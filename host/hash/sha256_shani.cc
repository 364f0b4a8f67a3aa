// SPDX-License-Identifier: Apache-2.0
// SHA-256 with the x86 SHA extensions (Intel, "Intel SHA Extensions", 2013). A round waits for the one before
// it, so one message leaves the unit idle most of the time; three interleaved ones fill it (docs/hashing.md).
#include <array>
#include <cstdint>

#include "hash/sha256_absent.h"
#include "hash/sha256_implementations.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include "hash/sha256_constants.h"
#include "hash/sha256_lanes.h"

// AVX for its three operands: without them every second instruction is followed by a copy.
#define SHANI_TARGET __attribute__((target("sha,avx")))
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

namespace penstock {
namespace {

// The eight working variables in the order that the instructions want.
struct State {
  __m128i abef;
  __m128i cdgh;
};

SHANI_TARGET State initial_state() {
  const auto word = [](size_t i) { return static_cast<int>(kSha256InitialState[i]); };
  return {_mm_set_epi32(word(0), word(1), word(4), word(5)),
          _mm_set_epi32(word(2), word(3), word(6), word(7))};
}

// Turns big-endian words around: in a message block, and in the digest.
SHANI_TARGET inline __m128i swap_words(__m128i words) {
  return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

SHANI_TARGET Digest to_digest(const State& state) {
  const __m128i feba = _mm_shuffle_epi32(state.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(state.cdgh, 0xb1);
  const __m128i dcba = _mm_blend_epi16(feba, dchg, 0xf0);
  const __m128i hgfe = _mm_alignr_epi8(dchg, feba, 8);
  Digest digest;
  auto* out = reinterpret_cast<__m128i*>(digest.bytes.data());
  _mm_storeu_si128(out, swap_words(dcba));
  _mm_storeu_si128(out + 1, swap_words(hgfe));
  return digest;
}

// Runs `blocks` blocks of kWidth messages side by side. Every loop over lanes is unrolled, so that
// neighbouring instructions belong to different messages, and the message schedule is four words ahead of the
// rounds, so that none waits for it. A register of w holds four words of the schedule, then their sum with
// what msg1 makes of their successors, then the words sixteen places on.
template <size_t kWidth>
SHANI_TARGET void compress(std::span<const Sha256Lane* const> lanes, State* states, size_t blocks) {
  __m128i abef[kWidth];
  __m128i cdgh[kWidth];
  const uint8_t* in[kWidth];
  UNROLL for (size_t l = 0; l < kWidth; ++l) {
    abef[l] = states[lanes[l]->number].abef;
    cdgh[l] = states[lanes[l]->number].cdgh;
    in[l] = lanes[l]->next;
  }
  for (; blocks > 0; --blocks) {
    __m128i abef_before[kWidth];
    __m128i cdgh_before[kWidth];
    __m128i w[kWidth][4];
    UNROLL for (size_t l = 0; l < kWidth; ++l) {
      abef_before[l] = abef[l];
      cdgh_before[l] = cdgh[l];
    }
    UNROLL for (size_t quad = 0; quad < 16; ++quad) {
      const auto* const k = reinterpret_cast<const __m128i*>(kSha256RoundConstants.data() + 4 * quad);
      UNROLL for (size_t l = 0; l < kWidth; ++l) {
        __m128i& now = w[l][quad % 4];
        __m128i& last = w[l][(quad + 3) % 4];
        __m128i& next = w[l][(quad + 1) % 4];
        if (quad < 4) now = swap_words(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in[l]) + quad));
        if (quad >= 3 && quad < 15)
          next = _mm_sha256msg2_epu32(_mm_add_epi32(next, _mm_alignr_epi8(now, last, 4)), now);
        if (quad >= 1 && quad < 13) last = _mm_sha256msg1_epu32(last, now);
        const __m128i wk = _mm_add_epi32(now, _mm_load_si128(k));
        cdgh[l] = _mm_sha256rnds2_epu32(cdgh[l], abef[l], wk);
        abef[l] = _mm_sha256rnds2_epu32(abef[l], cdgh[l], _mm_shuffle_epi32(wk, 0x0e));
      }
    }
    UNROLL for (size_t l = 0; l < kWidth; ++l) {
      abef[l] = _mm_add_epi32(abef[l], abef_before[l]);
      cdgh[l] = _mm_add_epi32(cdgh[l], cdgh_before[l]);
      in[l] += kSha256BlockBytes;
    }
  }
  UNROLL for (size_t l = 0; l < kWidth; ++l) states[lanes[l]->number] = {abef[l], cdgh[l]};
}

class Kernel {
 public:
  static constexpr size_t kLanes = 3;

  void start(size_t lane) { states_[lane] = initial_state(); }
  Digest digest(size_t lane) const { return to_digest(states_[lane]); }

  void run(std::span<const Sha256Lane* const> lanes, size_t blocks) {
    switch (lanes.size()) {
      case 1:
        return compress<1>(lanes, states_.data(), blocks);
      case 2:
        return compress<2>(lanes, states_.data(), blocks);
      default:
        return compress<kLanes>(lanes, states_.data(), blocks);
    }
  }

 private:
  std::array<State, kLanes> states_;
};

class Sha256ShaNi final : public Sha256Path {
 public:
  std::string_view name() const override { return "sha-ni-x3"; }

  bool supported() const override {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    constexpr unsigned kSha = 1u << 29;  // leaf 7, EBX
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0 || (ebx & kSha) == 0) return false;
    return __builtin_cpu_supports("avx");
  }

  void digest(std::span<const Bytes> messages, std::span<Digest> digests) const override {
    Kernel kernel;
    digest_in_lanes(kernel, messages, digests);
  }
};

}  // namespace

const Sha256Path& sha256_shani_path() {
  static const Sha256ShaNi path;
  return path;
}

}  // namespace penstock

#else

namespace penstock {

const Sha256Path& sha256_shani_path() {
  static const Sha256Absent path("sha-ni-x3");
  return path;
}

}  // namespace penstock

#endif
