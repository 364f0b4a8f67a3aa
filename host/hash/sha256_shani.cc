// SPDX-License-Identifier: Apache-2.0
// SHA-256 with the x86 SHA extensions (Intel, "Intel SHA Extensions", 2013). A round waits for the one before
// it, so one message leaves the unit idle most of the time; three interleaved ones fill it.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/check.h"
#include "hash/sha256_constants.h"
#include "hash/sha256_implementations.h"
#include "hash/sha256_tail.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define SHANI_TARGET __attribute__((target("sha,ssse3,sse4.1")))
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

namespace penstock {
namespace {

constexpr size_t kLanes = 3;

// The eight working variables in the order that the instructions want.
struct State {
  __m128i abef;
  __m128i cdgh;
};

// One message on its way through a lane: whole blocks where they lie, then the padded tail.
struct Lane {
  State state;
  const uint8_t* next = nullptr;
  size_t blocks = 0;
  bool in_tail = false;
  size_t message = 0;
  Sha256Tail tail;
};

SHANI_TARGET State initial_state() {
  const auto& h = kSha256InitialState;
  const auto word = [&h](size_t i) { return static_cast<int>(h[i]); };
  return {_mm_set_epi32(word(0), word(1), word(4), word(5)),
          _mm_set_epi32(word(2), word(3), word(6), word(7))};
}

// Both constants turn big-endian words around: in a message block, and in the digest.
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
// neighbouring instructions belong to different messages.
template <size_t kWidth>
SHANI_TARGET void compress(std::array<Lane*, kLanes>& lanes, size_t blocks) {
  __m128i abef[kWidth];
  __m128i cdgh[kWidth];
  const uint8_t* in[kWidth];
  UNROLL for (size_t l = 0; l < kWidth; ++l) {
    abef[l] = lanes[l]->state.abef;
    cdgh[l] = lanes[l]->state.cdgh;
    in[l] = lanes[l]->next;
  }
  for (; blocks > 0; --blocks) {
    __m128i abef_before[kWidth];
    __m128i cdgh_before[kWidth];
    __m128i w[kWidth][4];  // the last sixteen words of the message schedule, four a register
    UNROLL for (size_t l = 0; l < kWidth; ++l) {
      abef_before[l] = abef[l];
      cdgh_before[l] = cdgh[l];
    }
    UNROLL for (size_t quad = 0; quad < 16; ++quad) {
      const __m128i k =
          _mm_load_si128(reinterpret_cast<const __m128i*>(kSha256RoundConstants.data() + 4 * quad));
      UNROLL for (size_t l = 0; l < kWidth; ++l) {
        __m128i& now = w[l][quad % 4];
        if (quad < 4) {
          now = swap_words(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in[l]) + quad));
        } else {
          const __m128i last = w[l][(quad + 3) % 4];
          const __m128i sevenths = _mm_alignr_epi8(last, w[l][(quad + 2) % 4], 4);
          now = _mm_add_epi32(_mm_sha256msg1_epu32(now, w[l][(quad + 1) % 4]), sevenths);
          now = _mm_sha256msg2_epu32(now, last);
        }
        const __m128i wk = _mm_add_epi32(now, k);
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
  UNROLL for (size_t l = 0; l < kWidth; ++l) {
    lanes[l]->state = {abef[l], cdgh[l]};
    lanes[l]->next = in[l];
  }
}

void enter_tail(Lane& lane) {
  lane.next = lane.tail.bytes.data();
  lane.blocks = lane.tail.blocks;
  lane.in_tail = true;
}

// Puts a message into a lane.
void start(Lane& lane, size_t message, Bytes bytes) {
  lane.state = initial_state();
  lane.message = message;
  lane.next = bytes.data();
  lane.blocks = bytes.size() / kSha256BlockBytes;
  lane.in_tail = false;
  lane.tail.set(bytes);
  if (lane.blocks == 0) enter_tail(lane);
}

// Takes note of blocks run. True if the message has more.
bool advance(Lane& lane, size_t blocks) {
  lane.blocks -= blocks;
  if (lane.blocks > 0) return true;
  if (lane.in_tail) return false;
  enter_tail(lane);
  return true;
}

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
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1");
  }

  // Each lane runs its own message and takes the next when it ends; all advance together by as many blocks as
  // the lane with the fewest has. The last messages run two and then one wide.
  void digest(std::span<const Bytes> messages, std::span<Digest> digests) const override {
    PENSTOCK_CHECK(messages.size() == digests.size());
    std::array<Lane, kLanes> storage;
    std::array<Lane*, kLanes> active{};
    size_t width = 0;
    size_t taken = 0;
    for (; width < kLanes && taken < messages.size(); ++width, ++taken) {
      active[width] = &storage[width];
      start(*active[width], taken, messages[taken]);
    }
    while (width > 0) {
      size_t blocks = active[0]->blocks;
      for (size_t l = 1; l < width; ++l) blocks = std::min(blocks, active[l]->blocks);
      run(active, width, blocks);
      for (size_t l = 0; l < width;) {
        Lane& lane = *active[l];
        if (advance(lane, blocks)) {
          ++l;
          continue;
        }
        digests[lane.message] = to_digest(lane.state);
        if (taken < messages.size()) {
          start(lane, taken, messages[taken]);
          ++taken;
          ++l;
        } else {
          active[l] = active[--width];
        }
      }
    }
  }

 private:
  static void run(std::array<Lane*, kLanes>& active, size_t width, size_t blocks) {
    switch (width) {
      case 1:
        return compress<1>(active, blocks);
      case 2:
        return compress<2>(active, blocks);
      default:
        return compress<kLanes>(active, blocks);
    }
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
namespace {

class Sha256ShaNi final : public Sha256Path {
 public:
  std::string_view name() const override { return "sha-ni-x3"; }
  bool supported() const override { return false; }
  void digest(std::span<const Bytes>, std::span<Digest>) const override { PENSTOCK_CHECK(false); }
};

}  // namespace

const Sha256Path& sha256_shani_path() {
  static const Sha256ShaNi path;
  return path;
}

}  // namespace penstock

#endif
