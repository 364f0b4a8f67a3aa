// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace penstock {

// Unsigned LEB128 of up to 64 bits, as protobuf and multiformats write it
// (https://github.com/multiformats/unsigned-varint).
inline constexpr size_t kVarintBytesMax = 10;

void append_varint(std::vector<uint8_t>& to, uint64_t value);
size_t varint_bytes(uint64_t value);

// Takes one from the front of `from`. Nothing if it is cut off, longer than 64 bits or not the shortest form.
std::optional<uint64_t> take_long_varint(Bytes& from);
inline std::optional<uint64_t> take_varint(Bytes& from) {
  // Nearly all are of one byte.
  if (from.empty() || from[0] >= 0x80) return take_long_varint(from);
  const uint64_t value = from[0];
  from = from.subspan(1);
  return value;
}
// Takes a length as varint and that many bytes. Nothing if they are not there.
std::optional<Bytes> take_delimited(Bytes& from);

}  // namespace penstock
