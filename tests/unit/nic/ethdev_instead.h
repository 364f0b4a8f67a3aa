// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rte_ethdev.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "drivers/ipstack/mac_address.h"

namespace penstock {

// While it lives, what DPDK says of ports is what the test wants it to say: of their links, of their
// counters, of the multicast groups that they are asked to let in. Tests that use it are linked with --wrap
// of these functions (CMakeLists.txt). One at a time.
class EthdevInstead {
 public:
  EthdevInstead();
  ~EthdevInstead();
  EthdevInstead(const EthdevInstead&) = delete;
  EthdevInstead& operator=(const EthdevInstead&) = delete;

  // What was registered for such events is called, as by a driver.
  static void happens(const std::string& port, rte_eth_event_type event);

  std::atomic<bool> link_up{true};
  std::atomic<bool> counts{true};  // 7 missed, 8 without a buffer, 9 and 10 errors
  std::vector<MacAddress> groups;  // the last that a port was asked for
};

}  // namespace penstock
