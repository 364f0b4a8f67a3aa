// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/route_table.h"

#include <algorithm>

namespace penstock {

Result<RouteTable> RouteTable::create(const IpConfig& config, const OwnAddresses& own) {
  RouteTable table(own);
  for (const IpRoute& route : config.routes) {
    const auto to = IpAddress::of(route.to.address);
    const auto gateway = IpAddress::of(route.gateway);
    if (!to || !gateway || to->is_ipv6 != gateway->is_ipv6 || route.to.bits > 8 * to->size())
      return fail(Errc::usage, route.gateway.text(), "is no gateway for " + route.to.address.text(),
                  "give a network and a gateway of the same family");
    const OwnAddress* const network = own.network_of(*gateway);
    if (network == nullptr || !own.is_other_host(*gateway))
      return fail(Errc::usage, route.gateway.text(), "is a gateway on no network of the port's",
                  "give the port an address of the gateway's network, with its length");
    // A link-local address leads no further than the gateway.
    const OwnAddress* source = gateway->is_link_local() ? own.first_of(true) : network;
    table.routes_.push_back({*to, route.to.bits, {*gateway, source}});
    if (std::ranges::find(table.gateways_, *gateway) == table.gateways_.end())
      table.gateways_.push_back(*gateway);
  }
  std::ranges::stable_sort(table.routes_, std::greater{}, &Route::bits);
  return table;
}

std::optional<NextHop> RouteTable::find(const IpAddress& remote) const {
  if (!own_->is_other_host(remote)) return std::nullopt;
  const OwnAddress* const network = own_->network_of(remote);
  const auto route = std::ranges::find_if(
      routes_, [&](const Route& each) { return each.to.shares_prefix(remote, each.bits); });
  if (network != nullptr && (route == routes_.end() || network->bits >= route->bits))
    return NextHop{remote, network};
  if (route == routes_.end() || remote.is_link_local()) return std::nullopt;
  return route->hop;
}

}  // namespace penstock
