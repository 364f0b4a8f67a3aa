// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/ip_config.h"
#include "drivers/ipstack/own_addresses.h"

namespace penstock {

// Where packets to a host go first, and which address they come from.
struct NextHop {
  IpAddress neighbour{};
  const OwnAddress* source = nullptr;
};

// The networks of the port's addresses, and static routes: the longest prefix counts. Never changes: any
// thread. The addresses outlive it.
class RouteTable {
 public:
  // usage: a gateway on no network of the port's.
  static Result<RouteTable> create(const IpConfig& config, const OwnAddresses& own);

  // None: no route, or nothing that is one host's.
  std::optional<NextHop> find(const IpAddress& remote) const;
  std::span<const IpAddress> gateways() const { return gateways_; }

 private:
  struct Route {
    IpAddress to{};
    unsigned bits = 0;
    NextHop hop{};
  };

  explicit RouteTable(const OwnAddresses& own) : own_(&own) {}

  const OwnAddresses* own_;
  std::vector<Route> routes_;  // longest prefixes first
  std::vector<IpAddress> gateways_;
};

}  // namespace penstock
