// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/frame_reader.h"

#include <cstring>

#include "drivers/ipstack/big_endian.h"
#include "drivers/ipstack/internet_checksum.h"

namespace penstock {
namespace {

constexpr uint16_t kVlanIdMask = 0x0fff;
constexpr uint16_t kMoreFragmentsAndOffset = 0x3fff;
constexpr uint8_t kEcnMask = 3;

// Next headers of IPv6.
constexpr uint8_t kHopByHop = 0;
constexpr uint8_t kRouting = 43;
constexpr uint8_t kFragment = 44;
constexpr uint8_t kEncapsulation = 50;
constexpr uint8_t kAuthentication = 51;
constexpr uint8_t kDestinationOptions = 60;
constexpr uint8_t kMobility = 135;
constexpr uint8_t kHostIdentity = 139;
constexpr uint8_t kShim6 = 140;

tl::unexpected<FrameDrop> drop(FrameDrop why) {
  return tl::unexpected(why);
}

bool is_extension_header(uint8_t next) {
  switch (next) {
    case kHopByHop:
    case kRouting:
    case kEncapsulation:
    case kAuthentication:
    case kDestinationOptions:
    case kMobility:
    case kHostIdentity:
    case kShim6:
      return true;
    default:
      return false;
  }
}

}  // namespace

ReadFrom<EthernetFrame> read_ethernet(MutableBytes frame, const LinkEnd& end) {
  if (frame.size() < kEthernetBytes) return drop(FrameDrop::truncated);
  EthernetFrame read;
  std::memcpy(read.destination.bytes.data(), frame.data(), 6);
  std::memcpy(read.source.bytes.data(), frame.data() + 6, 6);
  if (read.destination != end.mac && !read.destination.is_group()) return drop(FrameDrop::other_mac);
  if (read.source.is_group() || read.source == end.mac) return drop(FrameDrop::bad_source);
  read.type = load_be16(frame.data() + 12);
  size_t head = kEthernetBytes;
  uint16_t vlan = 0;
  if (read.type == kEtherTypeVlan) {
    if (frame.size() < kEthernetBytes + kVlanTagBytes) return drop(FrameDrop::truncated);
    vlan = load_be16(frame.data() + 14) & kVlanIdMask;
    read.type = load_be16(frame.data() + 16);
    head += kVlanTagBytes;
  }
  const bool more_tags = read.type == kEtherTypeVlan || read.type == kEtherTypeService;
  if (vlan != end.vlan.value_or(0) || more_tags) return drop(FrameDrop::other_vlan);
  read.content = frame.subspan(head);
  return read;
}

ReadFrom<IpPacket> read_ipv4(MutableBytes bytes, bool check_sum) {
  if (bytes.size() < kIpv4Bytes) return drop(FrameDrop::truncated);
  const uint8_t* const head = bytes.data();
  const size_t head_bytes = 4 * size_t{head[0] & 15U};
  if (head[0] >> 4 != 4 || head_bytes < kIpv4Bytes) return drop(FrameDrop::bad_header);
  const size_t total = load_be16(head + 2);
  if (total < head_bytes) return drop(FrameDrop::bad_header);
  if (total > bytes.size()) return drop(FrameDrop::truncated);
  if (check_sum && !InternetSum().add(bytes.first(head_bytes)).is_right())
    return drop(FrameDrop::bad_ip_checksum);
  if ((load_be16(head + 6) & kMoreFragmentsAndOffset) != 0) return drop(FrameDrop::fragment);
  IpPacket packet;
  packet.source = IpAddress::ipv4(head + 12);
  packet.destination = IpAddress::ipv4(head + 16);
  packet.protocol = head[9];
  packet.hop_limit = head[8];
  packet.ecn = head[1] & kEcnMask;
  packet.content = bytes.subspan(head_bytes, total - head_bytes);
  return packet;
}

ReadFrom<IpPacket> read_ipv6(MutableBytes bytes) {
  if (bytes.size() < kIpv6Bytes) return drop(FrameDrop::truncated);
  const uint8_t* const head = bytes.data();
  if (head[0] >> 4 != 6) return drop(FrameDrop::bad_header);
  const size_t content_bytes = load_be16(head + 4);
  if (content_bytes > bytes.size() - kIpv6Bytes) return drop(FrameDrop::truncated);
  if (head[6] == kFragment) return drop(FrameDrop::fragment);
  if (is_extension_header(head[6])) return drop(FrameDrop::extension_header);
  IpPacket packet;
  packet.source = IpAddress::ipv6(head + 8);
  packet.destination = IpAddress::ipv6(head + 24);
  packet.protocol = head[6];
  packet.hop_limit = head[7];
  packet.ecn = head[1] >> 4 & kEcnMask;
  packet.content = bytes.subspan(kIpv6Bytes, content_bytes);
  return packet;
}

ReadFrom<UdpDatagram> read_udp(const IpPacket& packet, bool check_sum) {
  if (packet.content.size() < kUdpBytes) return drop(FrameDrop::truncated);
  const uint8_t* const head = packet.content.data();
  const size_t length = load_be16(head + 4);
  // Shorter than its packet is allowed: the rest is nobody's (RFC 9868 gives it to options).
  if (length < kUdpBytes || length > packet.content.size()) return drop(FrameDrop::bad_header);
  const bool has_sum = load_le<uint16_t>(head + 6) != 0;
  if (!has_sum && packet.source.is_ipv6) return drop(FrameDrop::bad_udp_checksum);
  if (check_sum && has_sum) {
    InternetSum sum(pseudo_header_sum(packet.source, packet.destination, kProtocolUdp, length));
    if (!sum.add(packet.content.first(length)).is_right()) return drop(FrameDrop::bad_udp_checksum);
  }
  return UdpDatagram{load_be16(head), load_be16(head + 2),
                     packet.content.subspan(kUdpBytes, length - kUdpBytes)};
}

}  // namespace penstock
