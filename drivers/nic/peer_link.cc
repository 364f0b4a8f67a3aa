// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/peer_link.h"

#include <rte_ethdev.h>

#include "drivers/eal/interrupt_thread.h"

namespace penstock {

bool PeerLink::up() const {
  rte_eth_link link{};
  return rte_eth_link_get_nowait(port_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

void PeerLink::stop() {
  run_on_interrupt_thread([this] { rte_eth_dev_stop(port_); });
}

void PeerLink::connect_again(uint64_t now_ns) {
  if (!connects_) return;
  const std::unique_lock lock(restarting_, std::try_to_lock);
  if (!lock.owns_lock() || up()) return;
  // Connecting takes both sides a moment.
  const bool first = !next_try_ns_;
  if (!first && now_ns < *next_try_ns_) return;
  next_try_ns_ = now_ns + kRetryNs;
  if (first) return;
  run_on_interrupt_thread([this] {
    rte_eth_dev_stop(port_);
    rte_eth_dev_start(port_);
  });
}

}  // namespace penstock
