// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "drivers/ipstack/mac_address.h"
#include "port/net_address.h"

namespace penstock {

// An address as packets have it: four bytes of IPv4 and zeros, or sixteen of IPv6.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};
  bool is_ipv6 = false;

  static IpAddress ipv4(const uint8_t* from) {
    IpAddress address;
    std::memcpy(address.bytes.data(), from, 4);
    return address;
  }
  static IpAddress ipv6(const uint8_t* from) {
    IpAddress address;
    std::memcpy(address.bytes.data(), from, 16);
    address.is_ipv6 = true;
    return address;
  }
  // None of an empty one.
  static std::optional<IpAddress> of(const NetAddress& address);
  // fe80::/64 and what the MAC address gives (RFC 4291, appendix A).
  static IpAddress link_local_of(const MacAddress& mac);
  static IpAddress all_nodes();  // ff02::1

  size_t size() const { return is_ipv6 ? 16 : 4; }
  Bytes wire() const { return {bytes.data(), size()}; }
  NetAddress with_port(uint16_t port) const;

  bool is_unspecified() const { return (front() | back()) == 0; }
  bool is_loopback() const { return is_ipv6 ? front() == 0 && back() == uint64_t{1} << 56 : bytes[0] == 127; }
  // Multicast, or 255.255.255.255 and its kin (240.0.0.0/4).
  bool is_group() const { return is_ipv6 ? bytes[0] == 0xff : bytes[0] >= 224; }
  bool is_link_local() const { return is_ipv6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80; }
  // ::ffff:0:0/96: no packet has such an address.
  bool is_mapped() const { return is_ipv6 && front() == 0 && (back() & 0xffffffff) == 0xffff0000; }
  // Of one host, on whatever network; 0.0.0.0/8 is of none.
  bool names_a_host() const {
    const bool nobody = is_ipv6 ? is_unspecified() : bytes[0] == 0;
    return !nobody && !is_group() && !is_loopback() && !is_mapped();
  }

  bool shares_prefix(const IpAddress& other, unsigned bits) const;  // of the same family
  IpAddress solicited_node() const;                                 // RFC 4291, section 2.7.1
  MacAddress group_mac() const;                                     // of an IPv6 group: RFC 2464, section 7

  friend bool operator==(const IpAddress& a, const IpAddress& b) {
    return a.front() == b.front() && a.back() == b.back() && a.is_ipv6 == b.is_ipv6;
  }

 private:
  uint64_t front() const { return load_le<uint64_t>(bytes.data()); }
  uint64_t back() const { return load_le<uint64_t>(bytes.data() + 8); }
};

}  // namespace penstock
