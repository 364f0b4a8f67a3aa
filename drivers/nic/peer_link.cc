// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/peer_link.h"

#include <rte_ethdev.h>

#include <charconv>

#include "drivers/eal/interrupt_thread.h"

namespace penstock {

std::optional<uint32_t> PeerLink::slot_bytes_in(std::string_view arguments) {
  constexpr std::string_view kName = "bsize=";
  constexpr uint32_t kUnlessSaid = 2'048;
  const size_t at = arguments.find(kName);
  if (at == std::string_view::npos) return kUnlessSaid;
  const std::string_view value = arguments.substr(at + kName.size());
  uint32_t bytes = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
  if (error != std::errc{} || (end != value.data() + value.size() && *end != ',')) return {};
  return bytes;
}

bool PeerLink::look() {
  rte_eth_link link{};
  const bool now = rte_eth_link_get_nowait(port_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
  if (now != up() && up_.exchange(now, std::memory_order_relaxed) != now)
    (now ? links_found_ : links_lost_).fetch_add(1, std::memory_order_relaxed);
  return now;
}

void PeerLink::stop() {
  run_on_interrupt_thread([this] { rte_eth_dev_stop(port_); });
}

void PeerLink::connect_again(uint64_t now_ns) {
  if (!connects_) return;
  const std::unique_lock lock(restarting_, std::try_to_lock);
  if (!lock.owns_lock() || look()) return;
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
