// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include "base/bytes.h"
#include "drivers/ipstack/frame_drop.h"
#include "drivers/ipstack/ip_packet.h"
#include "drivers/ipstack/link_end.h"
#include "drivers/ipstack/mac_address.h"

namespace penstock {

// What a frame or packet holds, or why it is dropped.
template <class T>
using ReadFrom = tl::expected<T, FrameDrop>;

struct EthernetFrame {
  MacAddress destination{};
  MacAddress source{};
  uint16_t type = 0;
  MutableBytes content{};  // with the padding
};

struct UdpDatagram {
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  MutableBytes payload{};
};

// A frame for `end`, for broadcast or for a group: which of those, the caller decides. A tag with VLAN id 0
// is none.
ReadFrom<EthernetFrame> read_ethernet(MutableBytes frame, const LinkEnd& end);
// Options of IPv4 are passed over; fragments and extension headers are not understood.
ReadFrom<IpPacket> read_ipv4(MutableBytes bytes, bool check_sum);
ReadFrom<IpPacket> read_ipv6(MutableBytes bytes);
ReadFrom<UdpDatagram> read_udp(const IpPacket& packet, bool check_sum);

}  // namespace penstock
