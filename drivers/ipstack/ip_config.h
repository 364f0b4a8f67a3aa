// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "drivers/ipstack/mac_address.h"
#include "port/net_address.h"

namespace penstock {

// 192.0.2.0/24, 2001:db8::/32. The address of a prefix has port 0.
struct IpPrefix {
  NetAddress address{};
  unsigned bits = 0;

  bool contains(const NetAddress& other) const;  // of the same family, whatever its port
};

// usage: not an address and a length that fits its family.
Result<IpPrefix> parse_ip_prefix(std::string_view text);

struct IpRoute {
  IpPrefix to{};         // 0.0.0.0/0 and ::/0: the default
  NetAddress gateway{};  // a neighbour: within one of the addresses' prefixes, or link-local
};

// What a port is on its network.
struct IpConfig {
  MacAddress mac{};
  std::optional<uint16_t> vlan{};   // 802.1Q: only frames with this tag are taken, and all sent have it
  std::vector<IpPrefix> addresses;  // the port's own, with the lengths of their networks
  std::vector<IpRoute> routes;
  uint32_t mtu = 1500;    // bytes of an IP packet
  uint16_t udp_port = 0;  // what is received is for this one
  // To ARP, NDP and echo requests, at most: a quarter for echo and a quarter for gateways, so that neither
  // pings nor neighbours can keep the port from being found.
  uint32_t answers_per_second = 1000;
  // Its addresses and multicast groups, unasked (announcer.h).
  bool announces = true;
};

// usage: what no port can be. What its routes need, IpStack::create() sees to.
Status check_ip_config(const IpConfig& config);

}  // namespace penstock
