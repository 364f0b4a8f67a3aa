// SPDX-License-Identifier: Apache-2.0
#include "http1/connection_quota.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace penstock {

ConnectionQuota::Key ConnectionQuota::key(const NetAddress& remote) {
  Key key{};
  key[0] = static_cast<uint8_t>(remote.family());
  if (remote.family() == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(remote.raw());
    std::memcpy(key.data() + 1, &v4->sin_addr, sizeof v4->sin_addr);
  } else if (remote.family() == AF_INET6) {
    const in6_addr& address = reinterpret_cast<const sockaddr_in6*>(remote.raw())->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
      key[0] = AF_INET;
      std::memcpy(key.data() + 1, address.s6_addr + 12, 4);
    } else {
      std::memcpy(key.data() + 1, address.s6_addr, 8);
    }
  }
  return key;
}

Http1Count ConnectionQuota::admit(const NetAddress& remote) {
  if (total_ >= total_max_) return Http1Count::refused_total;
  uint32_t& count = counts_[key(remote)];
  // The entry stays only if it counts one: none is left behind for each address that ever came.
  if (count >= per_address_max_) {
    if (count == 0) counts_.erase(key(remote));
    return Http1Count::refused_address;
  }
  ++count;
  ++total_;
  return Http1Count::connections;
}

void ConnectionQuota::release(const NetAddress& remote) {
  const auto found = counts_.find(key(remote));
  PENSTOCK_CHECK(found != counts_.end() && total_ > 0);
  --total_;
  if (--found->second == 0) counts_.erase(found);
}

}  // namespace penstock
