// SPDX-License-Identifier: Apache-2.0
#include "unit/ipstack/made_frames.h"

#include <arpa/inet.h>

#include <cctype>
#include <string>

#include "base/check.h"

namespace penstock {

Frame hex(std::string_view text) {
  Frame bytes;
  std::string digits;
  for (const char each : text) {
    if (std::isspace(static_cast<unsigned char>(each)) != 0) continue;
    digits += each;
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  PENSTOCK_CHECK(digits.empty());
  return bytes;
}

Frame join(std::initializer_list<Frame> parts) {
  Frame all;
  for (const Frame& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Frame be16(uint16_t value) {
  return {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
}

Frame host_bytes(std::string_view host) {
  const bool ipv6 = host.find(':') != std::string_view::npos;
  Frame bytes(ipv6 ? 16 : 4);
  PENSTOCK_CHECK(::inet_pton(ipv6 ? AF_INET6 : AF_INET, std::string(host).c_str(), bytes.data()) == 1);
  return bytes;
}

uint16_t slow_checksum(const Frame& bytes) {
  uint32_t sum = 0;
  for (size_t at = 0; at < bytes.size(); at += 2) {
    const uint32_t low = at + 1 < bytes.size() ? bytes[at + 1] : 0;
    sum += uint32_t{bytes[at]} * 256 + low;
    if (sum > 0xffff) sum = (sum & 0xffff) + 1;
  }
  return static_cast<uint16_t>(~sum);
}

namespace {

Frame mac_bytes(const MacAddress& mac) {
  return {mac.bytes.begin(), mac.bytes.end()};
}

void set_sum(Frame& bytes, size_t at, uint16_t sum) {
  bytes[at] = static_cast<uint8_t>(sum >> 8);
  bytes[at + 1] = static_cast<uint8_t>(sum);
}

Frame pseudo_header(std::string_view source, std::string_view destination, uint8_t protocol, size_t bytes) {
  const Frame from = host_bytes(source);
  const Frame length = be16(static_cast<uint16_t>(bytes));
  if (from.size() == 4) return join({from, host_bytes(destination), {0, protocol}, length});
  return join({from, host_bytes(destination), {0, 0}, length, {0, 0, 0, protocol}});
}

}  // namespace

Frame ip_packet(const MadeIp& ip, const Frame& content) {
  const Frame source = host_bytes(ip.source);
  if (source.size() == 16) {
    return join({{static_cast<uint8_t>(0x60 | ip.traffic_class >> 4),
                  static_cast<uint8_t>(ip.traffic_class << 4), 0, 0},
                 be16(static_cast<uint16_t>(content.size())),
                 {ip.protocol, ip.hop_limit},
                 source,
                 host_bytes(ip.destination),
                 content});
  }
  PENSTOCK_CHECK(ip.options.size() % 4 == 0);
  const size_t head = 20 + ip.options.size();
  Frame packet = join({{static_cast<uint8_t>(0x40 | head / 4), ip.traffic_class},
                       be16(static_cast<uint16_t>(head + content.size())),
                       {0x12, 0x34},
                       be16(ip.fragment),
                       {ip.hop_limit, ip.protocol, 0, 0},
                       source,
                       host_bytes(ip.destination),
                       ip.options});
  set_sum(packet, 10, slow_checksum(packet));
  return join({packet, content});
}

Frame ethernet_frame(const MacAddress& destination, const MacAddress& source, uint16_t type,
                     const Frame& content) {
  return join({mac_bytes(destination), mac_bytes(source), be16(type), content});
}

Frame ip_frame(const MacAddress& destination, const MacAddress& source, const Frame& packet) {
  return ethernet_frame(destination, source, packet[0] >> 4 == 6 ? 0x86dd : 0x0800, packet);
}

Frame with_tag(const Frame& frame, uint16_t tag) {
  return join({{frame.begin(), frame.begin() + 12}, {0x81, 0}, be16(tag), {frame.begin() + 12, frame.end()}});
}

Frame udp_content(std::string_view source, std::string_view destination, uint16_t source_port,
                  uint16_t destination_port, std::string_view payload) {
  const size_t bytes = 8 + payload.size();
  Frame content =
      join({be16(source_port), be16(destination_port), be16(static_cast<uint16_t>(bytes)), {0, 0}});
  content.insert(content.end(), payload.begin(), payload.end());
  const uint16_t sum = slow_checksum(join({pseudo_header(source, destination, 17, bytes), content}));
  set_sum(content, 6, sum == 0 ? 0xffff : sum);
  return content;
}

Frame icmp_content(std::string_view source, std::string_view destination, uint8_t type, uint8_t code,
                   const Frame& rest) {
  Frame content = join({{type, code, 0, 0}, rest});
  const bool ipv6 = source.find(':') != std::string_view::npos;
  const Frame summed =
      ipv6 ? join({pseudo_header(source, destination, 58, content.size()), content}) : content;
  set_sum(content, 2, slow_checksum(summed));
  return content;
}

Frame arp_content(const MadeArp& arp) {
  return join({hex("0001 0800 06 04"), be16(arp.operation), mac_bytes(arp.sender_mac), host_bytes(arp.sender),
               mac_bytes(arp.target_mac), host_bytes(arp.target)});
}

Frame ndp_packet(std::string_view source, std::string_view destination, const MadeNdp& ndp) {
  const Frame rest = join({{ndp.flags, 0, 0, 0}, host_bytes(ndp.target), ndp.options});
  return ip_packet({.source = source, .destination = destination, .protocol = 58, .hop_limit = ndp.hop_limit},
                   icmp_content(source, destination, ndp.type, 0, rest));
}

Frame mac_option(uint8_t type, const MacAddress& mac) {
  return join({{type, 1}, mac_bytes(mac)});
}

}  // namespace penstock
