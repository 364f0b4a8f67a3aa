// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/own_addresses.h"

#include <algorithm>

#include "drivers/ipstack/big_endian.h"

namespace penstock {
namespace {

constexpr unsigned kLinkLocalBits = 64;
constexpr unsigned kPointToPointBits = 31;  // RFC 3021: both addresses are hosts'

OwnAddress own_address(const IpAddress& address, unsigned bits, uint16_t port) {
  OwnAddress own{address, bits, address.with_port(port), {}, address, address};
  if (address.is_ipv6) {
    own.group_mac = address.solicited_node().group_mac();
  } else if (bits < kPointToPointBits) {
    const uint32_t hosts = UINT32_MAX >> bits;
    const uint32_t number = load_be32(address.bytes.data());
    store_be32(own.network_start.bytes.data(), number & ~hosts);
    store_be32(own.network_end.bytes.data(), number | hosts);
  }
  return own;
}

}  // namespace

OwnAddresses::OwnAddresses(const IpConfig& config) {
  bool has_ipv6 = false;
  for (const IpPrefix& prefix : config.addresses) {
    const auto address = IpAddress::of(prefix.address);
    if (!address || find(*address) != nullptr) continue;
    addresses_.push_back(own_address(*address, prefix.bits, config.udp_port));
    has_ipv6 |= address->is_ipv6;
  }
  const IpAddress link_local = IpAddress::link_local_of(config.mac);
  if (has_ipv6 && find(link_local) == nullptr)
    addresses_.push_back(own_address(link_local, kLinkLocalBits, config.udp_port));
  if (has_ipv6) group_macs_.push_back(IpAddress::all_nodes().group_mac());
  for (const OwnAddress& own : addresses_)
    if (own.address.is_ipv6 && !in_group(own.group_mac)) group_macs_.push_back(own.group_mac);
}

const OwnAddress* OwnAddresses::find(const IpAddress& address) const {
  for (const OwnAddress& own : addresses_)
    if (own.address == address) return &own;
  return nullptr;
}

const OwnAddress* OwnAddresses::network_of(const IpAddress& address) const {
  const OwnAddress* found = nullptr;
  for (const OwnAddress& own : addresses_) {
    if (!own.address.shares_prefix(address, own.bits)) continue;
    if (found == nullptr || own.bits > found->bits) found = &own;
  }
  return found;
}

const OwnAddress* OwnAddresses::first_of(bool ipv6) const {
  const OwnAddress* found = nullptr;
  for (const OwnAddress& own : addresses_) {
    if (own.address.is_ipv6 != ipv6) continue;
    if (!own.address.is_link_local()) return &own;
    if (found == nullptr) found = &own;
  }
  return found;
}

bool OwnAddresses::is_other_host(const IpAddress& address) const {
  if (!address.names_a_host()) return false;
  return std::ranges::none_of(addresses_, [&](const OwnAddress& own) {
    return address == own.address || address == own.network_start || address == own.network_end;
  });
}

bool OwnAddresses::in_group(const MacAddress& mac) const {
  return std::ranges::find(group_macs_, mac) != group_macs_.end();
}

bool OwnAddresses::in_group(const IpAddress& group) const {
  return std::ranges::any_of(addresses_, [&](const OwnAddress& own) {
    return own.address.is_ipv6 && (group == own.address.solicited_node() || group == IpAddress::all_nodes());
  });
}

}  // namespace penstock
