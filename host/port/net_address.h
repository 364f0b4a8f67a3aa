// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace penstock {

// An IPv4 or IPv6 address and a UDP or TCP port, in the form that sockets and QUIC libraries take.
class NetAddress {
 public:
  NetAddress() = default;  // of no family
  // Any other family than AF_INET and AF_INET6 makes an empty address.
  NetAddress(const sockaddr* address, socklen_t bytes);

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t raw_bytes() const;

  int family() const { return storage_.v4.sin_family; }
  bool empty() const { return family() == AF_UNSPEC; }
  uint16_t port() const;
  void set_port(uint16_t port);
  bool is_loopback() const;
  bool is_any() const;  // 0.0.0.0 or ::

  // 192.0.2.1:4433 or [2001:db8::1]:4433.
  std::string text() const;

  friend bool operator==(const NetAddress& a, const NetAddress& b);

 private:
  union {
    sockaddr_in v4;
    sockaddr_in6 v6{};
  } storage_;
};

// "192.0.2.1:4433", "[::1]:4433", "localhost:4433", ":4433" (any address, both families where the system has
// them). Names are looked up. usage: malformed; failed: the name is not known.
Result<NetAddress> parse_net_address(std::string_view text);

}  // namespace penstock
