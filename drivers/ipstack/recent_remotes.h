// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/ipstack/address_index.h"
#include "drivers/ipstack/ip_address.h"

namespace penstock {

// Whom packets went to, address and port, as far as there is room: one that comes to another's place takes
// it, and who still sends to that one is back when he asks for the way again. It may take one for another
// once in 2^64. Not thread-safe; it allocates when it is made.
class RecentRemotes {
 public:
  static constexpr size_t kSlots = 8192;

  explicit RecentRemotes(uint64_t seed) : seed_(seed), slots_(kSlots) {}

  void add(const IpAddress& address, uint16_t port) {
    const uint64_t hash = hash_of(address, port);
    slots_[hash % kSlots] = hash;
  }
  bool has(const IpAddress& address, uint16_t port) const {
    const uint64_t hash = hash_of(address, port);
    return slots_[hash % kSlots] == hash;
  }

 private:
  uint64_t hash_of(const IpAddress& address, uint16_t port) const {
    return address_hash(address, seed_ + port) | 1 << 16;  // 0: nobody
  }

  uint64_t seed_;
  std::vector<uint64_t> slots_;
};

}  // namespace penstock
