// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/nic_filters.h"

#include <rte_ethdev.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace penstock {

int let_groups_in(uint16_t port, std::span<const MacAddress> groups, bool& everything) {
  everything = false;
  if (groups.empty()) return 0;
  std::vector<rte_ether_addr> list(groups.size());
  for (size_t i = 0; i < groups.size(); ++i)
    std::memcpy(list[i].addr_bytes, groups[i].bytes.data(), groups[i].bytes.size());
  const int some = rte_eth_dev_set_mc_addr_list(port, list.data(), static_cast<uint32_t>(list.size()));
  if (some == 0) return 0;
  const int all = rte_eth_allmulticast_enable(port);
  if (all == 0) return 0;
  const int any = rte_eth_promiscuous_enable(port);
  everything = any == 0;
  if (any == 0) return 0;
  for (const int error : {some, all, any}) {
    if (error != -ENOTSUP) return error;
  }
  return 0;
}

}  // namespace penstock
