// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "drivers/ipstack/frame_reader.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/ip_packet.h"
#include "drivers/ipstack/link_end.h"
#include "drivers/ipstack/mac_address.h"

namespace penstock {

// What an ICMP or ICMPv6 message is to the stack.
enum class IcmpKind : uint8_t { echo_request, too_big, neighbour, other };

// Of a message of four bytes at least.
IcmpKind icmp_kind(const IpPacket& packet);
bool icmp_sum_is_right(const IpPacket& packet);

// A router's word on a packet that it did not pass on, and what it quotes of that packet.
struct TooBig {
  uint32_t mtu = 0;  // of the next network; of a router that does not say so, what RFC 1191 has it guess
  IpAddress source{};
  IpAddress destination{};
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
};

// unwanted_icmp: what is quoted is no UDP packet.
ReadFrom<TooBig> read_too_big(const IpPacket& packet);

// The whole frame that answers an echo request. Returns its length, or 0: there is not that much room.
size_t write_echo_answer(MutableBytes to, const LinkEnd& end, const MacAddress& station,
                         const IpPacket& request);

}  // namespace penstock
