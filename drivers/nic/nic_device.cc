// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/nic_device.h"

#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <random>
#include <thread>

#include "drivers/eal/eal.h"
#include "drivers/nic/closed_ports.h"
#include "drivers/nic/nic_clock.h"
#include "drivers/nic/nic_filters.h"
#include "drivers/nic/pool_sizes.h"

namespace penstock {

struct NicDevice::Settings {
  rte_eth_conf conf{};
  rte_eth_dev_info info{};
};

namespace {

constexpr uint32_t kMtuMost = 9'600;
constexpr uint16_t kDescriptors = 1'024;
constexpr std::chrono::milliseconds kSentWait{20};

std::string ports_there() {
  std::string names;
  for (uint16_t port = 0; port < RTE_MAX_ETHPORTS; ++port) {
    std::array<char, RTE_ETH_NAME_MAX_LEN> name{};
    if (rte_eth_dev_is_valid_port(port) != 0 && rte_eth_dev_get_name_by_port(port, name.data()) == 0)
      names += (names.empty() ? "" : ", ") + std::string(name.data());
  }
  return names.empty() ? "DPDK found no port at all" : "DPDK found " + names;
}

Failure port_failure(const std::string& name, const std::string& doing, int error) {
  std::string why = eal_reason(rte_strerror(-error));
  std::string remedy = eal_remedy(why);
  return fail(Errc::failed, "port " + name, doing + ": " + why, std::move(remedy));
}

// Hash functions over addresses and ports, as far as the device has them.
constexpr uint64_t kFlows =
    RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP | RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6;
constexpr uint64_t kUdpFlows = RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP;

void choose_offloads(rte_eth_conf& conf, const rte_eth_dev_info& info, bool vlan, SendOffloads& send) {
  uint64_t receive = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
  if (vlan) receive |= RTE_ETH_RX_OFFLOAD_VLAN_FILTER;
  conf.rxmode.offloads = info.rx_offload_capa & receive;
  send.ip_checksum = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) != 0;
  send.udp_checksum = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_UDP_CKSUM) != 0;
  if (send.ip_checksum) conf.txmode.offloads |= RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
  if (send.udp_checksum) conf.txmode.offloads |= RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
}

}  // namespace

Result<std::unique_ptr<NicDevice>> NicDevice::open(const NicText& text, size_t workers) {
  const std::optional<uint16_t> port = find_port(text.port);
  if (!port) {
    std::string why = eal_reason("");
    std::string remedy = eal_remedy(why);
    if (remedy.empty())
      remedy = "a NIC is bound with dpdk-devbind.py -b vfio-pci ADDRESS; virtual ports are made by --vdev";
    return fail(Errc::failed, "port " + text.port,
                "there is none; " + ports_there() + (why.empty() ? "" : "; it said: " + why),
                std::move(remedy));
  }
  (void)eal_reason("");  // complaints of others
  std::unique_ptr<NicDevice> device(new NicDevice(*port, text.port));
  Settings settings;
  PENSTOCK_TRY(device->describe(text, workers, settings));
  PENSTOCK_TRY(device->configure(text, settings));
  PENSTOCK_TRY(device->make_pools(text, workers, settings));
  PENSTOCK_TRY(device->start(text, settings));
  device->watch_->look(nic_now_ns());
  return device;
}

Status NicDevice::describe(const NicText& text, size_t workers, Settings& settings) {
  rte_eth_dev_info& info = settings.info;
  if (const int error = rte_eth_dev_info_get(port_, &info); error != 0)
    return port_failure(name_, "it does not say what it is", error);
  traits_ = nic_traits(info.driver_name);
  node_ = rte_eth_dev_socket_id(port_);
  if (traits_.peer_is_a_process) {
    const rte_devargs* const arguments = rte_dev_devargs(info.device);
    const char* const words = arguments == nullptr ? nullptr : arguments->args;
    peer_ = std::make_unique<PeerLink>(port_, words == nullptr ? "" : words);
  }
  choose_queues(text, workers, settings);
  choose_offloads(settings.conf, info, text.vlan.has_value(), send_offloads_);
  settings.conf.intr_conf.rmv = *info.dev_flags & RTE_ETH_DEV_INTR_RMV ? 1 : 0;
  settings.conf.intr_conf.lsc = *info.dev_flags & RTE_ETH_DEV_INTR_LSC ? 1 : 0;
  PENSTOCK_TRY(choose_descriptors(text, settings));
  PENSTOCK_TRY(choose_mtu(text, settings));
  return choose_rooms();
}

void NicDevice::choose_queues(const NicText& text, size_t workers, Settings& settings) {
  const rte_eth_dev_info& info = settings.info;
  const auto fit = [](size_t wanted, size_t most) {
    return static_cast<uint16_t>(std::clamp<size_t>(wanted, 1, std::max<size_t>(most, 1)));
  };
  const uint32_t most = text.queues == 0 ? UINT16_MAX : text.queues;
  tx_queues_ = fit(workers, traits_.one_tx_queue ? 1 : std::min<uint32_t>(info.max_tx_queues, most));
  const bool rss = (info.flow_type_rss_offloads & kUdpFlows) != 0;
  if (traits_.own_queues_all) {
    rx_queues_ = info.max_rx_queues;
    spreads_ = rx_queues_ == workers && (traits_.spreads_by_flow || workers == 1);
  } else {
    spreads_ = workers == 1 || (rss && workers <= std::min<uint32_t>(info.max_rx_queues, most));
    rx_queues_ = spreads_ ? static_cast<uint16_t>(workers) : uint16_t{1};
  }
  if (rx_queues_ > 1 && rss) {
    settings.conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    settings.conf.rx_adv_conf.rss_conf.rss_hf = info.flow_type_rss_offloads & kFlows;
  }
}

Status NicDevice::choose_descriptors(const NicText& text, const Settings& settings) {
  rx_descriptors_ = std::max(kDescriptors, settings.info.default_rxportconf.ring_size);
  tx_descriptors_ = std::max(kDescriptors, settings.info.default_txportconf.ring_size);
  if (text.descriptors != 0) rx_descriptors_ = tx_descriptors_ = static_cast<uint16_t>(text.descriptors);
  const int error = rte_eth_dev_adjust_nb_rx_tx_desc(port_, &rx_descriptors_, &tx_descriptors_);
  return error == 0 ? Status{} : port_failure(name_, "it does not say how long queues may be", error);
}

Status NicDevice::choose_mtu(const NicText& text, Settings& settings) {
  if (traits_.mtu_elsewhere) {
    mtu_ = text.mtu.value_or(1500);
    return {};
  }
  uint16_t now = 0;
  if (rte_eth_dev_get_mtu(port_, &now) != 0 || now == 0) now = 1500;
  const rte_eth_dev_info& info = settings.info;
  const uint32_t most = std::min<uint32_t>(info.max_mtu, kMtuMost);
  mtu_ = text.mtu.value_or(std::min<uint32_t>(now, most));
  if (mtu_ < info.min_mtu || mtu_ > most)
    return fail(Errc::failed, "port " + name_, "it takes no mtu=" + std::to_string(mtu_),
                "from " + std::to_string(info.min_mtu) + " to " + std::to_string(most) + " it may be");
  settings.conf.rxmode.mtu = mtu_;
  return {};
}

Status NicDevice::configure(const NicText& text, const Settings& settings) {
  if (const int error = rte_eth_dev_configure(port_, rx_queues_, tx_queues_, &settings.conf); error != 0)
    return port_failure(name_, "it cannot be set up", error);
  configured_ = true;  // from here on it is to be closed
  watch_ = std::make_unique<NicWatch>(port_, traits_, settings.info.if_index, peer_.get());
  if (traits_.mtu_elsewhere) return {};
  // Some drivers have an interface of the kernel beneath them, and no ear for what is configured.
  const int error = text.mtu ? rte_eth_dev_set_mtu(port_, static_cast<uint16_t>(mtu_)) : 0;
  if (error != 0 && error != -ENOTSUP)
    return port_failure(name_, "it takes no mtu=" + std::to_string(mtu_), error);
  uint16_t now = 0;
  if (rte_eth_dev_get_mtu(port_, &now) != 0 || now == mtu_) return {};
  if (text.mtu)
    return fail(Errc::failed, "port " + name_,
                "it takes no mtu=" + std::to_string(mtu_) + ": it is at " + std::to_string(now));
  mtu_ = std::min<uint32_t>(now, mtu_);
  return {};
}

Status NicDevice::choose_rooms() {
  rx_room_ = tx_room_ = frame_room(mtu_, traits_.jumbo_room);
  if (peer_ == nullptr) return {};
  const auto slot = peer_->slot_bytes();
  const auto rooms = slot ? peer_rooms(mtu_, *slot) : std::nullopt;
  if (rooms) {
    rx_room_ = rooms->rx;
    tx_room_ = rooms->tx;
    return {};
  }
  const std::string least = std::to_string(peer_slot_least(mtu_));
  return fail(Errc::usage, "port " + name_,
              "its bsize=" + (slot ? std::to_string(*slot) : std::string("...")) + " is not from " + least +
                  ", which frames of mtu=" + std::to_string(mtu_) + " need, to " +
                  std::to_string(kPeerSlotMost),
              "give --vdev bsize=" + least + ", the same at both ends");
}

Status NicDevice::make_pools(const NicText& text, size_t workers, const Settings& settings) {
  const PoolSizes sizes = pool_sizes({.workers = static_cast<uint32_t>(workers),
                                      .rx_queues = rx_queues_,
                                      .tx_queues = tx_queues_,
                                      .rx_descriptors = rx_descriptors_,
                                      .tx_descriptors = tx_descriptors_,
                                      .hand_over = !spreads_});
  if (text.mbufs != 0 && text.mbufs < std::max(sizes.rx_least, sizes.tx_least))
    return fail(Errc::usage, "port " + name_,
                "mbufs=" + std::to_string(text.mbufs) + " are fewer than its queues and workers may hold",
                "mbufs=" + std::to_string(std::max(sizes.rx_least, sizes.tx_least)) +
                    " at least, or fewer descriptors=");
  const uint32_t rx = text.mbufs != 0 ? text.mbufs : sizes.rx;
  const uint32_t tx = text.mbufs != 0 ? text.mbufs : sizes.tx;
  PENSTOCK_TRY_ASSIGN(rx_pool_, PacketPool::create("penstock_rx", rx, rx_room_, node_));
  PENSTOCK_TRY_ASSIGN(tx_pool_, PacketPool::create("penstock_tx", tx, tx_room_, node_));
  PENSTOCK_TRY(rx_pool_->map_for(settings.info.device));
  return tx_pool_->map_for(settings.info.device);
}

Status NicDevice::start(const NicText& text, const Settings& settings) {
  const auto node = static_cast<unsigned>(node_);
  for (uint16_t queue = 0; queue < rx_queues_; ++queue) {
    rte_eth_rxconf rx = settings.info.default_rxconf;
    rx.offloads = settings.conf.rxmode.offloads;
    if (const int error = rte_eth_rx_queue_setup(port_, queue, rx_descriptors_, node, &rx, rx_pool_->get()))
      return port_failure(name_, "a receive queue cannot be set up", error);
  }
  for (uint16_t queue = 0; queue < tx_queues_; ++queue) {
    rte_eth_txconf tx = settings.info.default_txconf;
    tx.offloads = settings.conf.txmode.offloads;
    if (const int error = rte_eth_tx_queue_setup(port_, queue, tx_descriptors_, node, &tx))
      return port_failure(name_, "a send queue cannot be set up", error);
  }
  if (const int error = rte_eth_dev_start(port_); error != 0)
    return port_failure(name_, "it does not start", error);
  PENSTOCK_TRY(take_mac());
  if ((settings.conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_VLAN_FILTER) == 0) return {};
  const int error = rte_eth_dev_vlan_filter(port_, *text.vlan, 1);
  if (error == 0 || error == -ENOTSUP) return {};
  return port_failure(name_, "it does not let vlan=" + std::to_string(*text.vlan) + " through", error);
}

Status NicDevice::let_in(std::span<const MacAddress> groups) {
  const int error = let_groups_in(port_, groups, everything_);
  if (error == 0) return {};
  return port_failure(name_, "it lets no multicast through, which IPv6 needs", error);
}

// Some virtual devices have none, and would answer to everybody's.
Status NicDevice::take_mac() {
  rte_ether_addr own{};
  rte_eth_macaddr_get(port_, &own);
  if (!rte_is_valid_assigned_ether_addr(&own)) {
    std::random_device random;
    for (uint8_t& byte : own.addr_bytes) byte = static_cast<uint8_t>(random());
    own.addr_bytes[0] = static_cast<uint8_t>((own.addr_bytes[0] & 0xFC) | RTE_ETHER_LOCAL_ADMIN_ADDR);
    const int error = rte_eth_dev_default_mac_addr_set(port_, &own);
    // Who has no such call does not filter.
    if (error != 0 && error != -ENOTSUP) return port_failure(name_, "it takes no MAC", error);
  }
  std::memcpy(mac_.bytes.data(), own.addr_bytes, mac_.bytes.size());
  return {};
}

NicDevice::~NicDevice() {
  // The number of a port that is destroyed may be another's.
  const bool there = configured_ && !watch_->destroyed() && rte_eth_dev_is_valid_port(port_) != 0;
  if (there && everything_) rte_eth_promiscuous_disable(port_);
  if (there && peer_ == nullptr) rte_eth_dev_stop(port_);
  if (there && peer_ != nullptr) peer_->stop();
  for (PacketPool* const pool : {rx_pool_.get(), tx_pool_.get()}) {
    if (pool == nullptr) continue;
    if (there)
      pool->unmap();
    else
      pool->forget_device();
  }
  if (!there) return;
  remember_port(name_, port_);
  // What comes of it ends no watch.
  watch_.reset();
  rte_eth_dev_close(port_);
}

size_t NicDevice::receive(uint16_t queue, std::span<rte_mbuf*> into) {
  if (watch_->removed()) return 0;
  const auto most = static_cast<uint16_t>(std::min(into.size(), kBurst));
  const auto burst = [&] { return rte_eth_rx_burst(port_, queue, into.data(), most); };
  return peer_ == nullptr ? burst() : peer_->burst(burst);
}

size_t NicDevice::prepare(uint16_t queue, std::span<rte_mbuf*> frames) {
  if (watch_->removed()) return frames.size();
  return rte_eth_tx_prepare(port_, queue, frames.data(), static_cast<uint16_t>(frames.size()));
}

size_t NicDevice::send(uint16_t queue, std::span<rte_mbuf*> frames) {
  if (watch_->removed()) return 0;
  const auto most = static_cast<uint16_t>(std::min(frames.size(), kBurst));
  const auto burst = [&] { return rte_eth_tx_burst(port_, queue, frames.data(), most); };
  return peer_ == nullptr ? burst() : peer_->burst(burst);
}

void NicDevice::reclaim(uint16_t queue) {
  if (watch_->removed()) return;
  const auto ask = [&]() -> uint16_t {
    // Without such a call a burst of nothing does it where the driver lets it.
    if (rte_eth_tx_done_cleanup(port_, queue, 0) == -ENOTSUP) rte_eth_tx_burst(port_, queue, nullptr, 0);
    return 0;
  };
  if (peer_ == nullptr)
    ask();
  else
    peer_->burst(ask);
}

void NicDevice::await_sent(uint16_t queue) {
  const auto deadline = std::chrono::steady_clock::now() + kSentWait;
  const auto newest = static_cast<uint16_t>(tx_descriptors_ - 1);
  while (!watch_->removed() && watch_->link_up() &&
         rte_eth_tx_descriptor_status(port_, queue, newest) == RTE_ETH_TX_DESC_FULL &&
         std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::microseconds(100));
}

Status NicDevice::check(uint64_t now_ns) {
  watch_->look(now_ns);
  if (!watch_->removed()) return {};
  return fail(Errc::failed, "port " + name_, "the device, or the interface beneath it, is gone");
}

}  // namespace penstock
