// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "hash/sha256_constants.h"

namespace penstock {

// The padded end of a message (FIPS 180-4, 5.1.1): what is left behind its last whole block, a one bit,
// zeros, and the length in bits, big-endian. One block, or two where the length does not fit in the first.
struct Sha256Tail {
  std::array<uint8_t, 2 * kSha256BlockBytes> bytes;
  size_t blocks = 0;

  void set(Bytes message) {
    const size_t left = message.size() % kSha256BlockBytes;
    blocks = left + 1 + sizeof(uint64_t) <= kSha256BlockBytes ? 1 : 2;
    bytes.fill(0);
    if (left > 0) std::memcpy(bytes.data(), message.data() + message.size() - left, left);
    bytes[left] = 0x80;
    const uint64_t bits = __builtin_bswap64(uint64_t{message.size()} * 8);
    store_le(bytes.data() + blocks * kSha256BlockBytes - sizeof bits, bits);
  }
};

}  // namespace penstock
