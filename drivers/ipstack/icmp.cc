// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/icmp.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "drivers/ipstack/big_endian.h"
#include "drivers/ipstack/frame_writer.h"
#include "drivers/ipstack/internet_checksum.h"
#include "drivers/ipstack/ndp.h"

namespace penstock {
namespace {

constexpr size_t kIcmpHeadBytes = 8;

constexpr uint8_t kEchoAnswer = 0;
constexpr uint8_t kUnreachable = 3;
constexpr uint8_t kFragmentationNeeded = 4;  // a code of it
constexpr uint8_t kEchoRequest = 8;

constexpr uint8_t kPacketTooBig6 = 2;
constexpr uint8_t kEchoRequest6 = 128;
constexpr uint8_t kEchoAnswer6 = 129;

// RFC 1191, section 7.1: what networks take that are in use.
uint32_t plateau_below(uint32_t bytes) {
  constexpr std::array<uint32_t, 10> kPlateaus{32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};
  const auto found = std::ranges::find_if(kPlateaus, [&](uint32_t each) { return each < bytes; });
  return found == kPlateaus.end() ? kPlateaus.back() : *found;
}

// Routers may have cut off what is behind the UDP header.
bool read_quoted_ipv4(Bytes quoted, TooBig& said) {
  if (quoted.size() < kIpv4Bytes || quoted[0] >> 4 != 4) return false;
  const size_t head = 4 * size_t{quoted[0] & 15U};
  if (head < kIpv4Bytes || quoted.size() < head + kUdpBytes || quoted[9] != kProtocolUdp) return false;
  said.source = IpAddress::ipv4(quoted.data() + 12);
  said.destination = IpAddress::ipv4(quoted.data() + 16);
  said.source_port = load_be16(quoted.data() + head);
  said.destination_port = load_be16(quoted.data() + head + 2);
  if (said.mtu == 0) said.mtu = plateau_below(load_be16(quoted.data() + 2));
  return true;
}

bool read_quoted_ipv6(Bytes quoted, TooBig& said) {
  if (quoted.size() < kIpv6Bytes + kUdpBytes || quoted[0] >> 4 != 6 || quoted[6] != kProtocolUdp)
    return false;
  said.source = IpAddress::ipv6(quoted.data() + 8);
  said.destination = IpAddress::ipv6(quoted.data() + 24);
  said.source_port = load_be16(quoted.data() + kIpv6Bytes);
  said.destination_port = load_be16(quoted.data() + kIpv6Bytes + 2);
  return true;
}

}  // namespace

IcmpKind icmp_kind(const IpPacket& packet) {
  const uint8_t type = packet.content[0];
  const uint8_t code = packet.content[1];
  if (packet.source.is_ipv6) {
    if (type == kNeighbourSolicitation || type == kNeighbourAdvertisement) return IcmpKind::neighbour;
    if (type == kPacketTooBig6) return IcmpKind::too_big;
    return type == kEchoRequest6 && code == 0 ? IcmpKind::echo_request : IcmpKind::other;
  }
  if (type == kUnreachable && code == kFragmentationNeeded) return IcmpKind::too_big;
  return type == kEchoRequest && code == 0 ? IcmpKind::echo_request : IcmpKind::other;
}

bool icmp_sum_is_right(const IpPacket& packet) {
  InternetSum sum;
  if (packet.source.is_ipv6)
    sum = InternetSum(
        pseudo_header_sum(packet.source, packet.destination, kProtocolIcmpv6, packet.content.size()));
  return sum.add(packet.content).is_right();
}

ReadFrom<TooBig> read_too_big(const IpPacket& packet) {
  if (packet.content.size() < kIcmpHeadBytes) return tl::unexpected(FrameDrop::truncated);
  const Bytes quoted = packet.content.subspan(kIcmpHeadBytes);
  TooBig said;
  if (packet.source.is_ipv6)
    said.mtu = load_be32(packet.content.data() + 4);
  else
    said.mtu = load_be16(packet.content.data() + 6);
  const bool read = packet.source.is_ipv6 ? read_quoted_ipv6(quoted, said) : read_quoted_ipv4(quoted, said);
  if (!read) return tl::unexpected(FrameDrop::unwanted_icmp);
  return said;
}

size_t write_echo_answer(MutableBytes to, const LinkEnd& end, const MacAddress& station,
                         const IpPacket& request) {
  const bool ipv6 = request.source.is_ipv6;
  const Bytes content = request.content;
  const size_t head = end.head_bytes() + (ipv6 ? kIpv6Bytes : kIpv4Bytes);
  if (content.size() < kIcmpHeadBytes || to.size() < head + content.size()) return 0;
  write_ethernet(to.data(), end, station, ipv6 ? kEtherTypeIpv6 : kEtherTypeIpv4);
  write_ip(to.data() + end.head_bytes(), {.source = request.destination,
                                          .destination = request.source,
                                          .protocol = request.protocol,
                                          .bytes = content.size()});
  uint8_t* const icmp = to.data() + head;
  std::memcpy(icmp, content.data(), content.size());
  icmp[0] = ipv6 ? kEchoAnswer6 : kEchoAnswer;
  store_be16(icmp + 2, 0);
  InternetSum sum;
  if (ipv6)
    sum =
        InternetSum(pseudo_header_sum(request.destination, request.source, kProtocolIcmpv6, content.size()));
  sum.add({icmp, content.size()}).store(icmp + 2);
  return pad_frame(to, head + content.size());
}

}  // namespace penstock
