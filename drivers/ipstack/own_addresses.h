// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/ip_config.h"
#include "drivers/ipstack/mac_address.h"
#include "port/net_address.h"

namespace penstock {

struct OwnAddress {
  IpAddress address{};
  unsigned bits = 0;        // of its network
  NetAddress as_local{};    // with the port's UDP port
  MacAddress group_mac{};   // of its solicited-node group; IPv6
  IpAddress network_end{};  // IPv4: directed broadcast, and the network's own address, where it has them
  IpAddress network_start{};
};

// The port's addresses, and IPv6's link-local one that it has beside any other of IPv6. Never changes: any
// thread.
class OwnAddresses {
 public:
  explicit OwnAddresses(const IpConfig& config);

  std::span<const OwnAddress> all() const { return addresses_; }
  const OwnAddress* find(const IpAddress& address) const;
  // On whose network an address is: the longest prefix.
  const OwnAddress* network_of(const IpAddress& address) const;
  // What packets to elsewhere come from by way of a gateway.
  const OwnAddress* first_of(bool ipv6) const;
  // A host that packets may come from or go to: not one of the port's own, nor a whole network.
  bool is_other_host(const IpAddress& address) const;
  // The stations of these groups, each once; none without IPv6.
  std::span<const MacAddress> group_macs() const { return group_macs_; }
  // All IPv6 nodes, or a solicited-node group that the port is in.
  bool in_group(const MacAddress& mac) const;
  bool in_group(const IpAddress& group) const;

 private:
  std::vector<OwnAddress> addresses_;
  std::vector<MacAddress> group_macs_;
};

}  // namespace penstock
