// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "drivers/ipstack/mac_address.h"

namespace penstock {

// Frames as other hosts send them, made by the standards without any of the stack's own code. Hosts are
// written as text.
using Frame = std::vector<uint8_t>;

Frame hex(std::string_view text);  // blanks between bytes are passed over
Frame join(std::initializer_list<Frame> parts);
Frame be16(uint16_t value);
Frame host_bytes(std::string_view host);  // 4 or 16 bytes

// RFC 1071 word by word: what goes into a checksum's field.
uint16_t slow_checksum(const Frame& bytes);

struct MadeIp {
  std::string_view source;
  std::string_view destination;
  uint8_t protocol = 17;
  uint8_t hop_limit = 64;
  uint8_t traffic_class = 0;
  uint16_t fragment = 0x4000;  // IPv4: flags and offset
  Frame options{};             // IPv4
};

Frame ip_packet(const MadeIp& ip, const Frame& content);
Frame ethernet_frame(const MacAddress& destination, const MacAddress& source, uint16_t type,
                     const Frame& content);
// Of the family that the packet's first byte names.
Frame ip_frame(const MacAddress& destination, const MacAddress& source, const Frame& packet);
Frame with_tag(const Frame& frame, uint16_t tag);

Frame udp_content(std::string_view source, std::string_view destination, uint16_t source_port,
                  uint16_t destination_port, std::string_view payload);
// `rest`: behind the checksum. The sum covers the pseudo-header where the hosts are of IPv6.
Frame icmp_content(std::string_view source, std::string_view destination, uint8_t type, uint8_t code,
                   const Frame& rest);

struct MadeArp {
  uint16_t operation = 1;
  MacAddress sender_mac{};
  std::string_view sender;
  MacAddress target_mac{};
  std::string_view target;
};
Frame arp_content(const MadeArp& arp);

struct MadeNdp {
  uint8_t type = 135;
  uint8_t flags = 0;  // R, S, O from the top
  std::string_view target;
  Frame options{};
  uint8_t hop_limit = 255;
};
Frame ndp_packet(std::string_view source, std::string_view destination, const MadeNdp& ndp);
Frame mac_option(uint8_t type, const MacAddress& mac);

}  // namespace penstock
