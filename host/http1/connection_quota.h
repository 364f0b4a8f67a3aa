// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "http1/http1_tally.h"
#include "port/net_address.h"

namespace penstock {

// How many connections there are, in all and of each address. One thread.
class ConnectionQuota {
 public:
  ConnectionQuota(uint32_t total_max, uint32_t per_address_max)
      : total_max_(total_max), per_address_max_(per_address_max) {}

  // Counts one more and says `connections`, or why it may not be.
  Http1Count admit(const NetAddress& remote);
  void release(const NetAddress& remote);

  uint32_t total() const { return total_; }

 private:
  // Of an IPv6 address the first 64 bits, which is what one customer has at least.
  using Key = std::array<uint8_t, 9>;
  static Key key(const NetAddress& remote);

  uint32_t total_max_;
  uint32_t per_address_max_;
  uint32_t total_ = 0;
  std::map<Key, uint32_t> counts_;
};

}  // namespace penstock
