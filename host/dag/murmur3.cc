// SPDX-License-Identifier: Apache-2.0
#include "dag/murmur3.h"

#include <bit>

namespace penstock {
namespace {

constexpr uint64_t kC1 = 0x87c37b91114253d5;
constexpr uint64_t kC2 = 0x4cf5ad432745937f;

uint64_t mix_k1(uint64_t k) {
  return std::rotl(k * kC1, 31) * kC2;
}
uint64_t mix_k2(uint64_t k) {
  return std::rotl(k * kC2, 33) * kC1;
}

uint64_t finalise(uint64_t h) {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 33);
}

}  // namespace

uint64_t murmur3_x64_64(Bytes bytes) {
  uint64_t h1 = 0;
  uint64_t h2 = 0;
  Bytes rest = bytes;
  for (; rest.size() >= 16; rest = rest.subspan(16)) {
    h1 ^= mix_k1(load_le<uint64_t>(rest.data()));
    h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= mix_k2(load_le<uint64_t>(rest.data() + 8));
    h2 = (std::rotl(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  uint8_t tail[16] = {};
  for (size_t i = 0; i < rest.size(); ++i) tail[i] = rest[i];
  // A missing half is zero, which mixes to zero.
  h2 ^= mix_k2(load_le<uint64_t>(tail + 8));
  h1 ^= mix_k1(load_le<uint64_t>(tail));
  h1 ^= bytes.size();
  h2 ^= bytes.size();
  h1 += h2;
  h2 += h1;
  return finalise(h1) + finalise(h2);
}

}  // namespace penstock
