// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/nic_filters.h"

#include <rte_ethdev.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace penstock {
namespace {

// RFC 2464, 7: of all nodes, and of the solicited node of each address (RFC 4291, 2.7.1).
std::vector<rte_ether_addr> groups_of(std::span<const IpPrefix> addresses) {
  std::vector<rte_ether_addr> groups{{{0x33, 0x33, 0, 0, 0, 1}}};
  for (const IpPrefix& prefix : addresses) {
    if (prefix.address.family() != AF_INET6) continue;
    const uint8_t* const ip = reinterpret_cast<const sockaddr_in6*>(prefix.address.raw())->sin6_addr.s6_addr;
    const rte_ether_addr group{{0x33, 0x33, 0xFF, ip[13], ip[14], ip[15]}};
    const auto same = [&group](const rte_ether_addr& other) {
      return rte_is_same_ether_addr(&group, &other) != 0;
    };
    if (std::ranges::none_of(groups, same)) groups.push_back(group);
  }
  return groups;
}

}  // namespace

int let_groups_in(uint16_t port, std::span<const IpPrefix> addresses, bool& everything) {
  everything = false;
  const auto is_ipv6 = [](const IpPrefix& prefix) { return prefix.address.family() == AF_INET6; };
  if (std::ranges::none_of(addresses, is_ipv6)) return 0;
  std::vector<rte_ether_addr> groups = groups_of(addresses);
  const int some = rte_eth_dev_set_mc_addr_list(port, groups.data(), static_cast<uint32_t>(groups.size()));
  if (some == 0) return 0;
  const int all = rte_eth_allmulticast_enable(port);
  if (all == 0) return 0;
  const int any = rte_eth_promiscuous_enable(port);
  everything = any == 0;
  if (any == 0) return 0;
  for (const int error : {some, all, any}) {
    if (error != -ENOTSUP) return error;
  }
  return 0;
}

}  // namespace penstock
