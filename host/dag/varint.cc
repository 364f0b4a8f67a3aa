// SPDX-License-Identifier: Apache-2.0
#include "dag/varint.h"

#include <bit>

namespace penstock {

void append_varint(std::vector<uint8_t>& to, uint64_t value) {
  while (value >= 0x80) {
    to.push_back(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  to.push_back(static_cast<uint8_t>(value));
}

size_t varint_bytes(uint64_t value) {
  return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7;
}

std::optional<uint64_t> take_long_varint(Bytes& from) {
  uint64_t value = 0;
  for (size_t i = 0; i < from.size() && i < kVarintBytesMax; ++i) {
    const uint8_t byte = from[i];
    // The tenth byte holds the 64th bit alone.
    if (i == kVarintBytesMax - 1 && byte > 1) return std::nullopt;
    value |= uint64_t{byte & 0x7fu} << (7 * i);
    if (byte & 0x80) continue;
    if (byte == 0 && i > 0) return std::nullopt;
    from = from.subspan(i + 1);
    return value;
  }
  return std::nullopt;
}

std::optional<Bytes> take_delimited(Bytes& from) {
  const auto length = take_varint(from);
  if (!length || *length > from.size()) return std::nullopt;
  const Bytes taken = from.first(*length);
  from = from.subspan(*length);
  return taken;
}

}  // namespace penstock
