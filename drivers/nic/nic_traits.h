// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace penstock {

// What DPDK does not tell of a driver, found by reading and trying version 22.11.
struct NicTraits {
  std::string_view driver;
  bool counts_missed = true;         // rte_eth_stats::imissed is not always 0
  bool own_queues_all = false;       // all queues that it has receive: the kernel or a peer fills them
  bool spreads_by_flow = false;      // over those, as RSS does
  bool one_tx_queue = false;         // its peer may have fewer than it says itself
  bool peer_is_a_process = false;    // whose memory is gone when it ends
  bool ends_with_interface = false;  // the kernel's beneath it, which tells of the link as well
  bool mtu_elsewhere = false;        // set on the interface (ip link), or nowhere
  uint32_t jumbo_room = 0;           // of a buffer for frames above 2,048 bytes; 0: what the frame needs
};

// Of a driver that it does not name: that of NICs.
NicTraits nic_traits(std::string_view driver);

}  // namespace penstock
