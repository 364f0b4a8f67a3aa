// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "drivers/ipstack/ip_address.h"

namespace penstock {

inline constexpr uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr uint16_t kEtherTypeArp = 0x0806;
inline constexpr uint16_t kEtherTypeVlan = 0x8100;     // 802.1Q
inline constexpr uint16_t kEtherTypeService = 0x88a8;  // 802.1ad
inline constexpr uint16_t kEtherTypeIpv6 = 0x86dd;

inline constexpr uint8_t kProtocolIcmp = 1;
inline constexpr uint8_t kProtocolUdp = 17;
inline constexpr uint8_t kProtocolIcmpv6 = 58;

inline constexpr size_t kEthernetBytes = 14;
inline constexpr size_t kEthernetBytesMin = 60;  // of a frame, its FCS not counted
inline constexpr size_t kVlanTagBytes = 4;
inline constexpr size_t kIpv4Bytes = 20;
inline constexpr size_t kIpv6Bytes = 40;
inline constexpr size_t kUdpBytes = 8;

// A packet that came in a frame, its header understood.
struct IpPacket {
  IpAddress source{};
  IpAddress destination{};
  uint8_t protocol = 0;
  uint8_t hop_limit = 0;
  uint8_t ecn = 0;
  MutableBytes content{};  // what the header says that it carries
};

// Of both addresses, the protocol and the length of what a packet carries.
uint64_t pseudo_header_sum(const IpAddress& source, const IpAddress& destination, uint8_t protocol,
                           size_t content_bytes);

}  // namespace penstock
