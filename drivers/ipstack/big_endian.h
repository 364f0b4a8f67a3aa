// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace penstock {

// Fields of network protocols, unaligned, most significant byte first.
inline uint16_t load_be16(const uint8_t* from) {
  return __builtin_bswap16(load_le<uint16_t>(from));
}
inline uint32_t load_be32(const uint8_t* from) {
  return __builtin_bswap32(load_le<uint32_t>(from));
}
inline void store_be16(uint8_t* to, uint16_t value) {
  store_le<uint16_t>(to, __builtin_bswap16(value));
}
inline void store_be32(uint8_t* to, uint32_t value) {
  store_le<uint32_t>(to, __builtin_bswap32(value));
}

}  // namespace penstock
