// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/link_end.h"
#include "drivers/ipstack/mac_address.h"

namespace penstock {

// What stands behind an IP header, and between whom.
struct IpContent {
  IpAddress source{};
  IpAddress destination{};
  uint8_t protocol = 0;
  uint8_t hop_limit = 64;
  size_t bytes = 0;
};

// end.head_bytes() of them.
void write_ethernet(uint8_t* to, const LinkEnd& end, const MacAddress& destination, uint16_t type);
// Of 20 or 40 bytes, as the addresses' family is; IPv4 with its checksum, "don't fragment", and no options.
// Returns how many.
size_t write_ip(uint8_t* to, const IpContent& content);
// Zeros up to what the shortest frame has, as far as there is room. Returns the frame's length.
size_t pad_frame(MutableBytes frame, size_t used);

}  // namespace penstock
