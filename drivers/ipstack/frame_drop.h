// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock {

// Why a frame was dropped. Each is a count of its own in the metrics.
enum class FrameDrop : uint8_t {
  truncated,         // shorter than what it says it holds
  other_mac,         // of another station
  other_vlan,        // of another VLAN, or with a tag where none is expected
  other_protocol,    // of Ethernet or IP: nothing that the stack speaks
  other_address,     // IP, ARP or NDP of another host
  other_port,        // UDP
  fragment,          // IPv4 or IPv6
  extension_header,  // IPv6
  bad_header,        // IP, UDP, ICMP: fields that contradict each other or the standard
  bad_ip_checksum,   // IPv4
  bad_udp_checksum,  // or none where IPv6 requires one
  bad_icmp_checksum,
  bad_source,  // multicast, broadcast, unspecified, or one of the port's own
  bad_arp,
  bad_ndp,           // also: hop limit other than 255 (RFC 4861)
  unwanted_icmp,     // a type that the stack does nothing with, or an answer to what it did not send
  too_many_answers,  // ARP, NDP, echo, "too big": more than are answered, or heard, a second
  address_conflict,  // another station says that an address of the port's is its own
  empty,             // a UDP packet without payload: of those who take in for QUIC, not of the stack
  scattered,         // in pieces that cannot be put together: of those who take frames from a NIC
  kCount,
};
inline constexpr size_t kFrameDrops = static_cast<size_t>(FrameDrop::kCount);

std::string_view frame_drop_name(FrameDrop drop);  // as enumerated

}  // namespace penstock
