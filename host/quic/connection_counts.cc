// SPDX-License-Identifier: Apache-2.0
#include "quic/connection_counts.h"

#include <netinet/in.h>

#include <cstring>

#include "base/check.h"

namespace penstock {

ConnectionCounts::Source ConnectionCounts::source_of(const NetAddress& remote) {
  constexpr size_t kIpv4At = 12;  // in an IPv6 address that stands for one
  constexpr size_t kIpv4Bytes = 4;
  Source source{};
  if (remote.family() == AF_INET) {
    std::memcpy(source.data(), &reinterpret_cast<const sockaddr_in*>(remote.raw())->sin_addr, kIpv4Bytes);
  } else if (remote.family() == AF_INET6) {
    const in6_addr& address = reinterpret_cast<const sockaddr_in6*>(remote.raw())->sin6_addr;
    const bool ipv4 = IN6_IS_ADDR_V4MAPPED(&address);
    std::memcpy(source.data(), address.s6_addr + (ipv4 ? kIpv4At : 0), ipv4 ? kIpv4Bytes : source.size());
  }
  return source;
}

bool ConnectionCounts::add(const NetAddress& remote) {
  const std::lock_guard lock(mutex_);
  if (total_ >= max_) return false;
  size_t& of_source = sources_[source_of(remote)];
  if (of_source >= per_source_) {
    // A limit of none would leave an entry for everybody who asks.
    if (of_source == 0) sources_.erase(source_of(remote));
    return false;
  }
  ++of_source;
  ++total_;
  return true;
}

void ConnectionCounts::remove(const NetAddress& remote) {
  const std::lock_guard lock(mutex_);
  const auto at = sources_.find(source_of(remote));
  PENSTOCK_CHECK(at != sources_.end() && total_ != 0);
  --total_;
  if (--at->second == 0) sources_.erase(at);
}

size_t ConnectionCounts::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

}  // namespace penstock
