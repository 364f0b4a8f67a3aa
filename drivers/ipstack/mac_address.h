// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "base/bytes.h"

namespace penstock {

// An address of IEEE 802, in the order in which frames have it.
struct MacAddress {
  std::array<uint8_t, 6> bytes{};

  bool is_group() const { return (bytes[0] & 1) != 0; }  // multicast or broadcast
  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;
  // By words: it is asked of every frame.
  friend bool operator==(const MacAddress& a, const MacAddress& b) {
    return load_le<uint32_t>(a.bytes.data()) == load_le<uint32_t>(b.bytes.data()) &&
           load_le<uint16_t>(a.bytes.data() + 4) == load_le<uint16_t>(b.bytes.data() + 4);
  }
};

}  // namespace penstock
