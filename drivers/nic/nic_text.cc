// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/nic_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "drivers/eal/eal_arguments.h"
#include "drivers/ipstack/ip_address.h"

namespace penstock {
namespace {

constexpr std::string_view kForm = "dpdk:EAL ARGUMENTS;port=NAME,addr=IP/BITS,...";

Failure wrong(std::string_view part, std::string why, std::string remedy = {}) {
  return fail(Errc::usage, "--nic '" + std::string(part) + "'", std::move(why), std::move(remedy));
}

Result<uint32_t> parse_number(std::string_view part, std::string_view value, uint32_t least, uint32_t most) {
  uint32_t number = 0;
  const char* const end = value.data() + value.size();
  const auto [stopped, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc{} || stopped != end || number < least || number > most)
    return wrong(part,
                 "a number from " + std::to_string(least) + " to " + std::to_string(most) + " was expected");
  return number;
}

Result<NetAddress> parse_address(std::string_view part, std::string_view value) {
  const std::string text(value);
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1 && text.size() == value.size()) {
    v4.sin_family = AF_INET;
    return NetAddress(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    return NetAddress(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  return wrong(part, "an IPv4 or IPv6 address was expected");
}

IpRoute default_route(const NetAddress& gateway) {
  if (gateway.family() == AF_INET) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    return {{NetAddress(reinterpret_cast<const sockaddr*>(&any), sizeof any), 0}, gateway};
  }
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  return {{NetAddress(reinterpret_cast<const sockaddr*>(&any), sizeof any), 0}, gateway};
}

Result<IpPrefix> parse_prefix(std::string_view part, std::string_view value) {
  auto prefix = parse_ip_prefix(value);
  if (!prefix) return wrong(part, prefix.error().why, "192.0.2.1/24 or 2001:db8::1/64, for example");
  return prefix;
}

Result<IpRoute> parse_route(std::string_view part, std::string_view value) {
  const size_t at = value.find('@');
  if (at == std::string_view::npos) return wrong(part, "PREFIX@GATEWAY was expected");
  PENSTOCK_TRY_ASSIGN(const IpPrefix to, parse_prefix(part, value.substr(0, at)));
  PENSTOCK_TRY_ASSIGN(const NetAddress gateway, parse_address(part, value.substr(at + 1)));
  if (gateway.family() != to.address.family())
    return wrong(part, "prefix and gateway are of different families");
  return IpRoute{to, gateway};
}

// Of two to the same network the second would never be used.
Status add_route(std::string_view part, const IpRoute& route, NicText& nic) {
  const auto to = IpAddress::of(route.to.address);
  for (const IpRoute& other : nic.routes) {
    const auto its = IpAddress::of(other.to.address);
    if (other.to.bits == route.to.bits && to && its && to->is_ipv6 == its->is_ipv6 &&
        to->shares_prefix(*its, route.to.bits))
      return wrong(part, "there is a way to that network already", "give one gateway for each");
  }
  nic.routes.push_back(route);
  return {};
}

struct NumberKey {
  std::string_view name;
  uint32_t least;
  uint32_t most;
  void (*set)(NicText&, uint32_t);
};

constexpr NumberKey kNumbers[] = {
    {"vlan", 1, 4094, [](NicText& nic, uint32_t n) { nic.vlan = static_cast<uint16_t>(n); }},
    {"mtu", 1'228, 9'600, [](NicText& nic, uint32_t n) { nic.mtu = n; }},
    {"queues", 1, 256, [](NicText& nic, uint32_t n) { nic.queues = n; }},
    {"descriptors", 64, 32'768, [](NicText& nic, uint32_t n) { nic.descriptors = n; }},
    {"mbufs", 256, 1u << 20, [](NicText& nic, uint32_t n) { nic.mbufs = n; }},
};

// "port=..." and the like. `seen`: what may stand there once.
Status parse_part(std::string_view part, NicText& nic, std::vector<std::string_view>& seen) {
  const size_t equals = part.find('=');
  if (equals == std::string_view::npos) return wrong(part, "NAME=VALUE was expected");
  const std::string_view name = part.substr(0, equals);
  const std::string_view value = part.substr(equals + 1);
  if (name == "addr") {
    PENSTOCK_TRY_ASSIGN(const IpPrefix address, parse_prefix(part, value));
    nic.addresses.push_back(address);
    return {};
  }
  if (name == "gw") {
    PENSTOCK_TRY_ASSIGN(const NetAddress gateway, parse_address(part, value));
    return add_route(part, default_route(gateway), nic);
  }
  if (name == "route") {
    PENSTOCK_TRY_ASSIGN(const IpRoute route, parse_route(part, value));
    return add_route(part, route, nic);
  }
  if (std::ranges::find(seen, name) != seen.end()) return wrong(part, "it stands there twice");
  seen.push_back(name);
  if (name == "port") {
    if (value.empty())
      return wrong(part, "a port of DPDK was expected", "port=0000:65:00.0, or port=net_memif0");
    nic.port = value;
    return {};
  }
  const auto* const number = std::ranges::find(kNumbers, name, &NumberKey::name);
  if (number == std::end(kNumbers))
    return wrong(part, "there is no such setting",
                 "there are port, addr, gw, route, vlan, mtu, queues, descriptors, mbufs");
  PENSTOCK_TRY_ASSIGN(const uint32_t n, parse_number(part, value, number->least, number->most));
  number->set(nic, n);
  return {};
}

// Where EAL's arguments end: the first ';' outside quotes.
size_t end_of_eal(std::string_view text) {
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quote != 0)
      quote = text[i] == quote ? char{0} : quote;
    else if (text[i] == '\'' || text[i] == '"')
      quote = text[i];
    else if (text[i] == ';')
      return i;
  }
  return std::string_view::npos;
}

}  // namespace

Result<NicText> parse_nic_text(std::string_view text) {
  constexpr std::string_view kScheme = "dpdk:";
  if (!text.starts_with(kScheme) || text.find('\0') != std::string_view::npos)
    return wrong(text, std::string(kForm) + " was expected");
  text.remove_prefix(kScheme.size());
  const size_t end = end_of_eal(text);
  if (end == std::string_view::npos)
    return wrong(text, "';' is missing: " + std::string(kForm) + " was expected");
  NicText nic;
  PENSTOCK_TRY_ASSIGN(nic.eal, split_eal_arguments(text.substr(0, end)));
  PENSTOCK_TRY(check_eal_arguments(nic.eal));
  std::vector<std::string_view> seen;
  if (const std::string_view settings = text.substr(end + 1); settings.find(';') != std::string_view::npos)
    return wrong(settings, "the port's settings are parted by commas, and ';' stands before them alone");
  for (std::string_view rest = text.substr(end + 1);;) {
    const size_t comma = rest.find(',');
    PENSTOCK_TRY(parse_part(rest.substr(0, comma), nic, seen));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (nic.port.empty()) return wrong(text, "port=NAME is missing");
  if (nic.addresses.empty()) return wrong(text, "addr=IP/BITS is missing");
  return nic;
}

}  // namespace penstock
