// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/arp.h"

#include <cstring>

#include "drivers/ipstack/big_endian.h"
#include "drivers/ipstack/frame_writer.h"
#include "drivers/ipstack/ip_packet.h"

namespace penstock {
namespace {

constexpr size_t kArpBytes = 28;
constexpr uint16_t kHardwareEthernet = 1;
constexpr uint16_t kRequest = 1;
constexpr uint16_t kReply = 2;

}  // namespace

ReadFrom<ArpMessage> read_arp(Bytes bytes) {
  if (bytes.size() < kArpBytes) return tl::unexpected(FrameDrop::truncated);
  const uint8_t* const from = bytes.data();
  const uint16_t operation = load_be16(from + 6);
  if (load_be16(from) != kHardwareEthernet || load_be16(from + 2) != kEtherTypeIpv4 || from[4] != 6 ||
      from[5] != 4 || (operation != kRequest && operation != kReply))
    return tl::unexpected(FrameDrop::bad_arp);
  ArpMessage message;
  message.is_request = operation == kRequest;
  std::memcpy(message.sender_mac.bytes.data(), from + 8, 6);
  message.sender = IpAddress::ipv4(from + 14);
  std::memcpy(message.target_mac.bytes.data(), from + 18, 6);
  message.target = IpAddress::ipv4(from + 24);
  const bool nobody = !message.sender.names_a_host() && !(message.is_request && message.is_probe());
  if (message.sender_mac.is_group() || message.sender_mac == MacAddress{} || nobody)
    return tl::unexpected(FrameDrop::bad_arp);
  return message;
}

size_t write_arp(MutableBytes to, const LinkEnd& end, const MacAddress& station, const ArpMessage& message) {
  write_ethernet(to.data(), end, station, kEtherTypeArp);
  uint8_t* const arp = to.data() + end.head_bytes();
  store_be16(arp, kHardwareEthernet);
  store_be16(arp + 2, kEtherTypeIpv4);
  arp[4] = 6;
  arp[5] = 4;
  store_be16(arp + 6, message.is_request ? kRequest : kReply);
  std::memcpy(arp + 8, message.sender_mac.bytes.data(), 6);
  std::memcpy(arp + 14, message.sender.bytes.data(), 4);
  std::memcpy(arp + 18, message.target_mac.bytes.data(), 6);
  std::memcpy(arp + 24, message.target.bytes.data(), 4);
  return pad_frame(to, end.head_bytes() + kArpBytes);
}

}  // namespace penstock
