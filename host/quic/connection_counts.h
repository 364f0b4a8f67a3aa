// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>

#include "port/net_address.h"

namespace penstock {

// How many connections a server has, in all and of each source: an IPv4 address, or an IPv6 network of 64
// bits, which is what one subscriber has. Any thread; asked when connections begin and end.
class ConnectionCounts {
 public:
  ConnectionCounts(size_t max, size_t per_source) : max_(max), per_source_(per_source) {}

  // False: it is one too many.
  bool add(const NetAddress& remote);
  void remove(const NetAddress& remote);
  size_t total() const;

 private:
  using Source = std::array<uint8_t, 8>;
  static Source source_of(const NetAddress& remote);

  const size_t max_;
  const size_t per_source_;
  mutable std::mutex mutex_;
  size_t total_ = 0;
  std::map<Source, size_t> sources_;
};

}  // namespace penstock
