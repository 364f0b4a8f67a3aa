// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace penstock {

// An address of IEEE 802, in the order in which frames have it.
struct MacAddress {
  std::array<uint8_t, 6> bytes{};

  bool is_group() const { return (bytes[0] & 1) != 0; }  // multicast or broadcast
  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

}  // namespace penstock
