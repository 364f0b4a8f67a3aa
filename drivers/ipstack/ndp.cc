// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/ndp.h"

#include <cstring>

#include "drivers/ipstack/big_endian.h"
#include "drivers/ipstack/frame_writer.h"
#include "drivers/ipstack/internet_checksum.h"
#include "drivers/ipstack/ip_packet.h"

namespace penstock {
namespace {

constexpr size_t kMessageBytes = 24;
constexpr size_t kOptionUnit = 8;
constexpr uint8_t kSourceMac = 1;
constexpr uint8_t kTargetMac = 2;
constexpr uint32_t kSolicited = uint32_t{1} << 30;
constexpr uint32_t kOverride = uint32_t{1} << 29;

// What is not known is passed over. False: an option without length, or longer than there is.
bool read_options(Bytes options, NdpMessage& message) {
  const uint8_t wanted = message.is_solicitation ? kSourceMac : kTargetMac;
  while (!options.empty()) {
    if (options.size() < 2) return false;
    const size_t bytes = kOptionUnit * options[1];
    if (bytes == 0 || bytes > options.size()) return false;
    if (options[0] == wanted && bytes == kOptionUnit) {
      MacAddress mac;
      std::memcpy(mac.bytes.data(), options.data() + 2, 6);
      if (mac.is_group() || mac == MacAddress{}) return false;
      message.mac = mac;
    }
    options = options.subspan(bytes);
  }
  return true;
}

// RFC 4861, sections 7.1.1 and 7.1.2.
bool is_valid(const IpPacket& packet, const NdpMessage& message) {
  if (message.target.is_group() || message.target.is_unspecified()) return false;
  if (!message.is_solicitation) return !(packet.destination.is_group() && message.solicited);
  if (!packet.source.is_unspecified()) return true;
  return packet.destination == message.target.solicited_node() && !message.mac;
}

}  // namespace

ReadFrom<NdpMessage> read_ndp(const IpPacket& packet) {
  const Bytes content = packet.content;
  if (packet.hop_limit != kNdpHopLimit || content.size() < kMessageBytes || content[1] != 0)
    return tl::unexpected(FrameDrop::bad_ndp);
  NdpMessage message;
  message.is_solicitation = content[0] == kNeighbourSolicitation;
  if (!message.is_solicitation) {
    const uint32_t flags = load_be32(content.data() + 4);
    message.solicited = (flags & kSolicited) != 0;
    message.overrides = (flags & kOverride) != 0;
  }
  message.target = IpAddress::ipv6(content.data() + 8);
  if (!read_options(content.subspan(kMessageBytes), message) || !is_valid(packet, message))
    return tl::unexpected(FrameDrop::bad_ndp);
  return message;
}

size_t write_ndp(MutableBytes to, const LinkEnd& end, const MacAddress& station, const IpAddress& source,
                 const IpAddress& destination, const NdpMessage& message) {
  const size_t bytes = kMessageBytes + (message.mac ? kOptionUnit : 0);
  write_ethernet(to.data(), end, station, kEtherTypeIpv6);
  const size_t head = end.head_bytes() + write_ip(to.data() + end.head_bytes(), {.source = source,
                                                                                 .destination = destination,
                                                                                 .protocol = kProtocolIcmpv6,
                                                                                 .hop_limit = kNdpHopLimit,
                                                                                 .bytes = bytes});
  uint8_t* const icmp = to.data() + head;
  std::memset(icmp, 0, bytes);
  icmp[0] = message.is_solicitation ? kNeighbourSolicitation : kNeighbourAdvertisement;
  store_be32(icmp + 4, (message.solicited ? kSolicited : 0) | (message.overrides ? kOverride : 0));
  std::memcpy(icmp + 8, message.target.bytes.data(), 16);
  if (message.mac) {
    icmp[kMessageBytes] = message.is_solicitation ? kSourceMac : kTargetMac;
    icmp[kMessageBytes + 1] = 1;
    std::memcpy(icmp + kMessageBytes + 2, message.mac->bytes.data(), 6);
  }
  InternetSum(pseudo_header_sum(source, destination, kProtocolIcmpv6, bytes))
      .add({icmp, bytes})
      .store(icmp + 2);
  return pad_frame(to, head + bytes);
}

}  // namespace penstock
