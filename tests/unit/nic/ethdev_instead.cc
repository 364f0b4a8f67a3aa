// SPDX-License-Identifier: Apache-2.0
#include "unit/nic/ethdev_instead.h"

#include <cerrno>
#include <cstring>
#include <map>

#include "base/check.h"

namespace penstock {
namespace {

EthdevInstead* present = nullptr;
std::map<rte_eth_event_type, rte_eth_dev_cb_fn> registered;

}  // namespace

EthdevInstead::EthdevInstead() {
  PENSTOCK_CHECK(present == nullptr);
  present = this;
}

EthdevInstead::~EthdevInstead() {
  present = nullptr;
}

void EthdevInstead::happens(const std::string& port, rte_eth_event_type event) {
  uint16_t number = 0;
  PENSTOCK_CHECK(rte_eth_dev_get_port_by_name(port.c_str(), &number) == 0);
  if (const auto each = registered.find(event); each != registered.end())
    each->second(number, event, nullptr, nullptr);
}

}  // namespace penstock

// The linker's names for what it wraps: NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
extern "C" {
int __real_rte_eth_link_get_nowait(uint16_t port, rte_eth_link* link);
int __wrap_rte_eth_link_get_nowait(uint16_t port, rte_eth_link* link) {
  if (penstock::present == nullptr) return __real_rte_eth_link_get_nowait(port, link);
  link->link_status = penstock::present->link_up ? RTE_ETH_LINK_UP : RTE_ETH_LINK_DOWN;
  return 0;
}

int __real_rte_eth_stats_get(uint16_t port, rte_eth_stats* stats);
int __wrap_rte_eth_stats_get(uint16_t port, rte_eth_stats* stats) {
  if (penstock::present == nullptr) return __real_rte_eth_stats_get(port, stats);
  if (!penstock::present->counts) return -EIO;
  stats->imissed = 7;
  stats->rx_nombuf = 8;
  stats->ierrors = 9;
  stats->oerrors = 10;
  return 0;
}

int __real_rte_eth_dev_set_mc_addr_list(uint16_t port, rte_ether_addr* list, uint32_t count);
int __wrap_rte_eth_dev_set_mc_addr_list(uint16_t port, rte_ether_addr* list, uint32_t count) {
  if (penstock::present == nullptr) return __real_rte_eth_dev_set_mc_addr_list(port, list, count);
  penstock::present->groups.resize(count);
  for (uint32_t i = 0; i < count; ++i)
    std::memcpy(penstock::present->groups[i].bytes.data(), list[i].addr_bytes, sizeof list[i].addr_bytes);
  return 0;
}

int __real_rte_eth_dev_callback_register(uint16_t port, rte_eth_event_type event, rte_eth_dev_cb_fn call,
                                         void* argument);
int __wrap_rte_eth_dev_callback_register(uint16_t port, rte_eth_event_type event, rte_eth_dev_cb_fn call,
                                         void* argument) {
  penstock::registered[event] = call;
  return __real_rte_eth_dev_callback_register(port, event, call, argument);
}
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
