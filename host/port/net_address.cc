// SPDX-License-Identifier: Apache-2.0
#include "port/net_address.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <charconv>
#include <cstring>
#include <memory>

namespace penstock {
namespace {

struct AddressListEnd {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

Failure malformed(std::string_view text, const char* why) {
  return fail(Errc::usage, std::string(text), why,
              "write ADDRESS:PORT, as 192.0.2.1:4433 or [2001:db8::1]:4433");
}

}  // namespace

NetAddress::NetAddress(const sockaddr* address, socklen_t bytes) {
  if (address->sa_family == AF_INET && bytes >= sizeof storage_.v4) {
    std::memcpy(&storage_.v4, address, sizeof storage_.v4);
  } else if (address->sa_family == AF_INET6 && bytes >= sizeof storage_.v6) {
    std::memcpy(&storage_.v6, address, sizeof storage_.v6);
  }
}

socklen_t NetAddress::raw_bytes() const {
  if (empty()) return 0;
  return family() == AF_INET ? sizeof storage_.v4 : sizeof storage_.v6;
}

uint16_t NetAddress::port() const {
  return ntohs(family() == AF_INET ? storage_.v4.sin_port : storage_.v6.sin6_port);
}

void NetAddress::set_port(uint16_t port) {
  (family() == AF_INET ? storage_.v4.sin_port : storage_.v6.sin6_port) = htons(port);
}

bool NetAddress::is_loopback() const {
  if (family() == AF_INET) return ntohl(storage_.v4.sin_addr.s_addr) >> 24 == 127;
  if (family() != AF_INET6) return false;
  if (IN6_IS_ADDR_V4MAPPED(&storage_.v6.sin6_addr)) return storage_.v6.sin6_addr.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&storage_.v6.sin6_addr);
}

bool NetAddress::is_any() const {
  if (family() == AF_INET) return storage_.v4.sin_addr.s_addr == INADDR_ANY;
  return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&storage_.v6.sin6_addr);
}

std::string NetAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> host{};
  if (family() == AF_INET) {
    ::inet_ntop(AF_INET, &storage_.v4.sin_addr, host.data(), host.size());
    return std::string(host.data()) + ":" + std::to_string(port());
  }
  if (family() != AF_INET6) return "(none)";
  ::inet_ntop(AF_INET6, &storage_.v6.sin6_addr, host.data(), host.size());
  return "[" + std::string(host.data()) + "]:" + std::to_string(port());
}

// What of the structures is padding, or a flow label, is no part of the address.
bool operator==(const NetAddress& a, const NetAddress& b) {
  if (a.family() != b.family()) return false;
  if (a.empty()) return true;
  if (a.port() != b.port()) return false;
  if (a.family() == AF_INET) return a.storage_.v4.sin_addr.s_addr == b.storage_.v4.sin_addr.s_addr;
  return std::memcmp(&a.storage_.v6.sin6_addr, &b.storage_.v6.sin6_addr, sizeof(in6_addr)) == 0 &&
         a.storage_.v6.sin6_scope_id == b.storage_.v6.sin6_scope_id;
}

Result<NetAddress> parse_net_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return malformed(text, "has no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || end != port_text.data() + port_text.size())
    return malformed(text, "its port is not a number from 0 to 65535");
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return malformed(text, "an IPv6 address stands in brackets");
  }
  if (host.empty()) host = "::";
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(std::string(host).c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, AddressListEnd> list(found);
  if (code != 0) {
    return fail(Errc::failed, std::string(text), ::gai_strerror(code),
                "give an address, or a name that is known");
  }
  NetAddress address(list->ai_addr, list->ai_addrlen);
  address.set_port(port);
  return address;
}

}  // namespace penstock
