// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/ip_config.h"

#include <arpa/inet.h>

#include <charconv>
#include <string>

#include "drivers/ipstack/ip_address.h"

namespace penstock {
namespace {

Failure malformed(std::string_view text, const char* why) {
  return fail(Errc::usage, std::string(text), why, "write ADDRESS/LENGTH, as 192.0.2.1/24 or 2001:db8::1/64");
}

constexpr uint16_t kVlanMax = 4094;  // 4095 is reserved
constexpr uint32_t kMtuMax = 65535;
constexpr uint32_t kMtuLeast = 1228;  // a payload of 1,200 bytes, as QUIC needs
constexpr uint32_t kMtuLeastIpv6 = 1280;
constexpr size_t kAddressesMax = 64;
constexpr size_t kRoutesMax = 256;

}  // namespace

Status check_ip_config(const IpConfig& config) {
  if (config.mac.is_group() || config.mac == MacAddress{})
    return fail(Errc::usage, "MAC address", "is not one station's");
  if (config.vlan && (*config.vlan == 0 || *config.vlan > kVlanMax))
    return fail(Errc::usage, "VLAN " + std::to_string(*config.vlan), "is not from 1 to 4094");
  if (config.udp_port == 0) return fail(Errc::usage, "UDP port 0", "is no port that packets can be for");
  if (config.addresses.empty())
    return fail(Errc::usage, "IP address", "is missing", "give one, as addr=192.0.2.1/24");
  if (config.addresses.size() > kAddressesMax || config.routes.size() > kRoutesMax)
    return fail(Errc::usage, "addresses and routes", "are more than 64, or 256");
  uint32_t least = kMtuLeast;
  for (const IpPrefix& prefix : config.addresses) {
    const auto address = IpAddress::of(prefix.address);
    if (!address || !address->names_a_host() || prefix.bits > 8 * address->size())
      return fail(Errc::usage, prefix.address.text(), "is not one host's address");
    if (address->is_ipv6) least = kMtuLeastIpv6;
  }
  if (config.mtu < least || config.mtu > kMtuMax)
    return fail(Errc::usage, "MTU " + std::to_string(config.mtu),
                "is not from " + std::to_string(least) + " to " + std::to_string(kMtuMax));
  return {};
}

bool IpPrefix::contains(const NetAddress& other) const {
  const auto mine = IpAddress::of(address);
  const auto its = IpAddress::of(other);
  return mine && its && mine->shares_prefix(*its, bits);
}

Result<IpPrefix> parse_ip_prefix(std::string_view text) {
  const size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return malformed(text, "has no length behind a slash");
  const std::string host(text.substr(0, slash));
  std::array<uint8_t, 16> bytes{};
  IpAddress address;
  if (::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) {
    address = IpAddress::ipv4(bytes.data());
  } else if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) {
    address = IpAddress::ipv6(bytes.data());
  } else {
    return malformed(text, "is not an IP address");
  }
  const std::string_view length = text.substr(slash + 1);
  IpPrefix prefix{address.with_port(0), 0};
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), prefix.bits);
  if (error != std::errc() || end != length.data() + length.size() || prefix.bits > 8 * address.size())
    return malformed(text, address.is_ipv6 ? "its length is not a number from 0 to 128"
                                           : "its length is not a number from 0 to 32");
  return prefix;
}

}  // namespace penstock
