// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "port/packet_queue.h"

namespace penstock {

// The same for all packets of a path. Its low bits are as good as any.
inline uint64_t flow_hash(const NetPath& path) {
  uint64_t hash = 0;
  const auto mix = [&hash](uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15;
    hash ^= hash >> 32;
  };
  for (const NetAddress* address : {&path.local, &path.remote}) {
    mix(address->port());
    if (address->family() == AF_INET) {
      mix(reinterpret_cast<const sockaddr_in*>(address->raw())->sin_addr.s_addr);
    } else if (address->family() == AF_INET6) {
      const uint8_t* const bytes = reinterpret_cast<const sockaddr_in6*>(address->raw())->sin6_addr.s6_addr;
      mix(load_le<uint64_t>(bytes));
      mix(load_le<uint64_t>(bytes + 8));
    }
  }
  return hash;
}

}  // namespace penstock
