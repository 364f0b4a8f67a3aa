// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "drivers/ipstack/frame_reader.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/link_end.h"
#include "drivers/ipstack/mac_address.h"

namespace penstock {

// RFC 826, of Ethernet and IPv4.
struct ArpMessage {
  bool is_request = false;
  MacAddress sender_mac{};
  IpAddress sender{};
  MacAddress target_mac{};
  IpAddress target{};

  bool is_probe() const { return sender.is_unspecified(); }  // RFC 5227: whether somebody has the address
};

ReadFrom<ArpMessage> read_arp(Bytes bytes);
// A whole frame, from `end` to the station with this MAC address. Returns its length; `to` has room for 64
// bytes.
size_t write_arp(MutableBytes to, const LinkEnd& end, const MacAddress& station, const ArpMessage& message);

}  // namespace penstock
