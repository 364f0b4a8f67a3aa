// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/internet_checksum.h"

#include <cstring>

namespace penstock {
namespace {

// Four words of 64 bits: one register of AVX2, two of SSE2.
using Lanes [[gnu::vector_size(32)]] = uint64_t;
// The same wherever it lies: what is loaded by memcpy takes a detour over the stack.
struct [[gnu::packed, gnu::may_alias]] LanesInMemory {
  Lanes lanes;
};
constexpr size_t kBlock = 4 * sizeof(Lanes);

struct Strip {
  uint8_t* to;
  const uint8_t* from;
  size_t bytes;
};

// Each half of a word goes to a sum of 64 bits: no carry is lost in less than 2^32 of them.
template <bool kCopies>
[[gnu::always_inline]] inline uint64_t sum_blocks(Strip& strip) {
  const Lanes low_half = {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff};
  Lanes low{};
  Lanes high{};
  for (; strip.bytes >= kBlock; strip.bytes -= kBlock, strip.from += kBlock) {
    const auto* const from = reinterpret_cast<const LanesInMemory*>(strip.from);
    const Lanes a = from[0].lanes;
    const Lanes b = from[1].lanes;
    const Lanes c = from[2].lanes;
    const Lanes d = from[3].lanes;
    if constexpr (kCopies) {
      auto* const to = reinterpret_cast<LanesInMemory*>(strip.to);
      to[0].lanes = a;
      to[1].lanes = b;
      to[2].lanes = c;
      to[3].lanes = d;
      strip.to += kBlock;
    }
    low += ((a & low_half) + (b & low_half)) + ((c & low_half) + (d & low_half));
    high += ((a >> 32) + (b >> 32)) + ((c >> 32) + (d >> 32));
  }
  const Lanes both = low + high;
  return both[0] + both[1] + both[2] + both[3];
}

template <bool kCopies>
[[gnu::always_inline]] inline uint64_t sum_rest(Strip strip) {
  uint64_t sum = 0;
  const auto take = [&]<class Word>(Word word) {
    std::memcpy(&word, strip.from, sizeof word);
    if constexpr (kCopies) {
      std::memcpy(strip.to, &word, sizeof word);
      strip.to += sizeof word;
    }
    strip.from += sizeof word;
    strip.bytes -= sizeof word;
    return word;
  };
  while (strip.bytes >= 8) {
    const uint64_t word = take(uint64_t{});
    sum += (word & 0xffffffff) + (word >> 32);
  }
  if (strip.bytes >= 4) sum += take(uint32_t{});
  if (strip.bytes >= 2) sum += take(uint16_t{});
  if (strip.bytes >= 1) sum += take(uint8_t{});  // the word's other byte is zero
  return sum;
}

template <bool kCopies>
uint64_t sum_plain(Strip strip) {
  const uint64_t sum = sum_blocks<kCopies>(strip);
  return sum + sum_rest<kCopies>(strip);
}

#if defined(__x86_64__)
template <bool kCopies>
__attribute__((target("avx2"))) uint64_t sum_avx2(Strip strip) {
  const uint64_t sum = sum_blocks<kCopies>(strip);
  return sum + sum_rest<kCopies>(strip);
}

const bool kHasAvx2 = __builtin_cpu_supports("avx2");

template <bool kCopies>
uint64_t sum_of(Strip strip) {
  if (strip.bytes < kBlock) return sum_rest<kCopies>(strip);
  return kHasAvx2 ? sum_avx2<kCopies>(strip) : sum_plain<kCopies>(strip);
}
#else
template <bool kCopies>
uint64_t sum_of(Strip strip) {
  return sum_plain<kCopies>(strip);
}
#endif

}  // namespace

InternetSum& InternetSum::add(Bytes bytes) {
  sum_ += sum_of<false>({nullptr, bytes.data(), bytes.size()});
  return *this;
}

InternetSum& InternetSum::add_copying(uint8_t* to, Bytes from) {
  sum_ += sum_of<true>({to, from.data(), from.size()});
  return *this;
}

}  // namespace penstock
