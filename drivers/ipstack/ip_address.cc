// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/ip_address.h"

namespace penstock {

std::optional<IpAddress> IpAddress::of(const NetAddress& address) {
  if (address.family() == AF_INET) {
    const auto* raw = reinterpret_cast<const sockaddr_in*>(address.raw());
    return ipv4(reinterpret_cast<const uint8_t*>(&raw->sin_addr));
  }
  if (address.family() == AF_INET6)
    return ipv6(reinterpret_cast<const sockaddr_in6*>(address.raw())->sin6_addr.s6_addr);
  return std::nullopt;
}

IpAddress IpAddress::link_local_of(const MacAddress& mac) {
  const auto& m = mac.bytes;
  const std::array<uint8_t, 16> bytes{
      0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<uint8_t>(m[0] ^ 2), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5],
  };
  return ipv6(bytes.data());
}

IpAddress IpAddress::all_nodes() {
  const std::array<uint8_t, 16> bytes{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return ipv6(bytes.data());
}

NetAddress IpAddress::with_port(uint16_t port) const {
  if (is_ipv6) {
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_port = htons(port);
    std::memcpy(raw.sin6_addr.s6_addr, bytes.data(), 16);
    return {reinterpret_cast<const sockaddr*>(&raw), sizeof raw};
  }
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_port = htons(port);
  std::memcpy(&raw.sin_addr, bytes.data(), 4);
  return {reinterpret_cast<const sockaddr*>(&raw), sizeof raw};
}

bool IpAddress::shares_prefix(const IpAddress& other, unsigned bits) const {
  if (is_ipv6 != other.is_ipv6) return false;
  const size_t whole = bits / 8;
  if (std::memcmp(bytes.data(), other.bytes.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  return ((bytes[whole] ^ other.bytes[whole]) >> (8 - bits % 8)) == 0;
}

IpAddress IpAddress::solicited_node() const {
  const std::array<uint8_t, 16> group{0xff, 2, 0, 0, 0,    0,         0,         0,
                                      0,    0, 0, 1, 0xff, bytes[13], bytes[14], bytes[15]};
  return ipv6(group.data());
}

MacAddress IpAddress::group_mac() const {
  return {{0x33, 0x33, bytes[12], bytes[13], bytes[14], bytes[15]}};
}

}  // namespace penstock
