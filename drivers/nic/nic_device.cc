// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/nic_device.h"

#include <net/if.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <random>

#include "drivers/eal/eal.h"
#include "drivers/eal/eal_log.h"

namespace penstock {

struct NicDevice::Settings {
  rte_eth_conf conf{};
  rte_eth_dev_info info{};
  uint16_t rx_descriptors = 1024;
  uint16_t tx_descriptors = 1024;
  uint32_t room = 0;
};

namespace {

constexpr uint64_t kCheckIntervalNs = 100'000'000;
constexpr uint32_t kFrameOverhead = RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN + RTE_ETHER_CRC_LEN;
constexpr uint32_t kRoomLeast = 2048;
// Packets that a worker may hold at once, beside those within hardware queues.
constexpr uint32_t kHeldByWorker = 1024;
constexpr std::array kEndings{RTE_ETH_EVENT_INTR_RMV, RTE_ETH_EVENT_DESTROY};

// DPDK keeps callbacks of a port that is gone, and calls them for the next one of its number: what it is
// given stays for ever, and asks here whose number it is now.
struct OpenDevices {
  std::mutex mutex;
  std::array<std::atomic<bool>*, RTE_MAX_ETHPORTS> removed{};

  static OpenDevices& instance() {
    static OpenDevices& devices = *std::make_unique<OpenDevices>().release();
    return devices;
  }
  void set(uint16_t port, std::atomic<bool>* flag) {
    static std::once_flag listening;
    std::call_once(listening, [] {
      for (const rte_eth_event_type ending : kEndings)
        rte_eth_dev_callback_register(RTE_ETH_ALL, ending, &OpenDevices::ended, nullptr);
    });
    const std::lock_guard lock(mutex);
    removed[port] = flag;
  }
  static int ended(uint16_t port, rte_eth_event_type, void*, void*) {
    OpenDevices& devices = instance();
    const std::lock_guard lock(devices.mutex);
    if (port < devices.removed.size() && devices.removed[port] != nullptr)
      devices.removed[port]->store(true, std::memory_order_relaxed);
    return 0;
  }
};

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

void choose_offloads(rte_eth_conf& conf, const rte_eth_dev_info& info, SendOffloads& send) {
  constexpr uint64_t kReceive = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
  conf.rxmode.offloads = info.rx_offload_capa & kReceive;
  send.ip_checksum = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) != 0;
  send.udp_checksum = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_UDP_CKSUM) != 0;
  if (send.ip_checksum) conf.txmode.offloads |= RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
  if (send.udp_checksum) conf.txmode.offloads |= RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
}

// Up and running, or nothing: there is no such interface any more.
std::optional<bool> interface_up(unsigned index) {
  ifreq request{};
  if (::if_indextoname(index, request.ifr_name) == nullptr) return {};
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return true;
  const bool told = ::ioctl(socket, SIOCGIFFLAGS, &request) == 0;
  ::close(socket);
  const auto flags = static_cast<unsigned short>(request.ifr_flags);
  return !told || (flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
}

}  // namespace

Result<std::unique_ptr<NicDevice>> NicDevice::open(const NicText& text, size_t workers) {
  uint16_t port = 0;
  if (rte_eth_dev_get_port_by_name(text.port.c_str(), &port) != 0) {
    std::string why = eal_reason("");
    std::string remedy = eal_remedy(why);
    if (remedy.empty())
      remedy = "a NIC is bound with dpdk-devbind.py -b vfio-pci ADDRESS; virtual ports are made by --vdev";
    return fail(Errc::failed, "port " + text.port,
                "there is none; " + ports_there() + (why.empty() ? "" : "; it said: " + why),
                std::move(remedy));
  }
  EalLog::instance().forget();
  std::unique_ptr<NicDevice> device(new NicDevice(port, text.port));
  Settings settings;
  PENSTOCK_TRY(device->describe(text, workers, settings));
  PENSTOCK_TRY(device->make_pools(text, workers, settings));
  PENSTOCK_TRY(device->start(settings));
  device->look_at_link(0);
  return device;
}

Status NicDevice::describe(const NicText& text, size_t workers, Settings& settings) {
  rte_eth_dev_info& info = settings.info;
  if (const int error = rte_eth_dev_info_get(port_, &info); error != 0)
    return port_failure(name_, "it does not say what it is", error);
  traits_ = nic_traits(info.driver_name);
  node_ = rte_eth_dev_socket_id(port_);
  interface_ = info.if_index;
  if (traits_.peer_is_a_process) {
    const rte_devargs* const arguments = rte_dev_devargs(info.device);
    const char* const words = arguments == nullptr ? nullptr : arguments->args;
    peer_ = std::make_unique<PeerLink>(port_, words == nullptr ? "" : words);
  }

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
  choose_offloads(settings.conf, info, send_offloads_);
  settings.conf.intr_conf.rmv = *info.dev_flags & RTE_ETH_DEV_INTR_RMV ? 1 : 0;
  if (text.descriptors != 0)
    settings.rx_descriptors = settings.tx_descriptors = static_cast<uint16_t>(text.descriptors);
  return take_mtu(text, info.max_rx_pktlen);
}

Status NicDevice::take_mtu(const NicText& text, uint32_t max_frame) {
  uint16_t now = 0;
  if (rte_eth_dev_get_mtu(port_, &now) == 0 && now != 0) mtu_ = now;
  if (!text.mtu) {
    mtu_ = traits_.mtu_elsewhere ? 1500 : mtu_;
    return {};
  }
  mtu_ = *text.mtu;
  if (traits_.mtu_elsewhere || mtu_ == now) return {};
  const int error = rte_eth_dev_set_mtu(port_, static_cast<uint16_t>(mtu_));
  if (error == 0) return {};
  return port_failure(name_,
                      "it takes no mtu=" + std::to_string(mtu_) + " (its frames have at most " +
                          std::to_string(max_frame) + " bytes)",
                      error);
}

Status NicDevice::make_pools(const NicText& text, size_t workers, const Settings& settings) {
  uint32_t room = std::max(kRoomLeast, mtu_ + kFrameOverhead);
  if (room > kRoomLeast) room = std::max(room, traits_.jumbo_room);
  const auto all = static_cast<uint32_t>(workers);
  const uint32_t rx = rx_queues_ * uint32_t{settings.rx_descriptors} + all * kHeldByWorker;
  const uint32_t tx = tx_queues_ * uint32_t{settings.tx_descriptors} + all * kHeldByWorker / 4;
  PENSTOCK_TRY_ASSIGN(rx_pool_,
                      PacketPool::create("penstock_rx", text.mbufs != 0 ? text.mbufs : rx, room, node_));
  PENSTOCK_TRY_ASSIGN(tx_pool_,
                      PacketPool::create("penstock_tx", text.mbufs != 0 ? text.mbufs : tx, room, node_));
  PENSTOCK_TRY(rx_pool_->map_for(settings.info.device));
  return tx_pool_->map_for(settings.info.device);
}

Status NicDevice::start(const Settings& settings) {
  if (const int error = rte_eth_dev_configure(port_, rx_queues_, tx_queues_, &settings.conf); error != 0)
    return port_failure(name_, "it cannot be set up", error);
  started_ = true;  // from here on it is to be closed
  uint16_t rx_descriptors = settings.rx_descriptors;
  uint16_t tx_descriptors = settings.tx_descriptors;
  rte_eth_dev_adjust_nb_rx_tx_desc(port_, &rx_descriptors, &tx_descriptors);
  const auto node = static_cast<unsigned>(node_);
  for (uint16_t queue = 0; queue < rx_queues_; ++queue) {
    rte_eth_rxconf rx = settings.info.default_rxconf;
    rx.offloads = settings.conf.rxmode.offloads;
    if (const int error = rte_eth_rx_queue_setup(port_, queue, rx_descriptors, node, &rx, rx_pool_->get()))
      return port_failure(name_, "a receive queue cannot be set up", error);
  }
  for (uint16_t queue = 0; queue < tx_queues_; ++queue) {
    rte_eth_txconf tx = settings.info.default_txconf;
    tx.offloads = settings.conf.txmode.offloads;
    if (const int error = rte_eth_tx_queue_setup(port_, queue, tx_descriptors, node, &tx))
      return port_failure(name_, "a send queue cannot be set up", error);
  }
  OpenDevices::instance().set(port_, &removed_);
  if (const int error = rte_eth_dev_start(port_); error != 0)
    return port_failure(name_, "it does not start", error);
  // IPv6 finds neighbours by multicast; devices that cannot filter have no such call.
  rte_eth_allmulticast_enable(port_);
  take_mac();
  return {};
}

// Some virtual devices have none, and would answer to everybody's.
void NicDevice::take_mac() {
  rte_ether_addr own{};
  rte_eth_macaddr_get(port_, &own);
  if (!rte_is_valid_assigned_ether_addr(&own)) {
    std::random_device random;
    for (uint8_t& byte : own.addr_bytes) byte = static_cast<uint8_t>(random());
    own.addr_bytes[0] = static_cast<uint8_t>((own.addr_bytes[0] & 0xFC) | RTE_ETHER_LOCAL_ADMIN_ADDR);
    rte_eth_dev_default_mac_addr_set(port_, &own);
  }
  std::memcpy(mac_.bytes.data(), own.addr_bytes, mac_.bytes.size());
}

NicDevice::~NicDevice() {
  if (started_) OpenDevices::instance().set(port_, nullptr);
  const bool there = rte_eth_dev_is_valid_port(port_) != 0;
  if (started_ && there) rte_eth_dev_stop(port_);
  for (PacketPool* const pool : {rx_pool_.get(), tx_pool_.get()}) {
    if (pool == nullptr) continue;
    if (there)
      pool->unmap();
    else
      pool->forget_device();
  }
  if (started_ && there) rte_eth_dev_close(port_);
}

size_t NicDevice::receive(uint16_t queue, std::span<rte_mbuf*> into) {
  if (removed_.load(std::memory_order_relaxed)) return 0;
  const auto most = static_cast<uint16_t>(std::min(into.size(), kBurst));
  const auto burst = [&] { return rte_eth_rx_burst(port_, queue, into.data(), most); };
  return peer_ == nullptr ? burst() : peer_->burst(burst);
}

size_t NicDevice::send(uint16_t queue, std::span<rte_mbuf*> frames) {
  if (removed_.load(std::memory_order_relaxed)) return 0;
  const auto most = static_cast<uint16_t>(std::min(frames.size(), kBurst));
  const auto burst = [&] { return rte_eth_tx_burst(port_, queue, frames.data(), most); };
  return peer_ == nullptr ? burst() : peer_->burst(burst);
}

Status NicDevice::check(uint64_t now_ns) {
  uint64_t due = next_check_ns_.load(std::memory_order_relaxed);
  if (now_ns >= due && next_check_ns_.compare_exchange_strong(due, now_ns + kCheckIntervalNs)) {
    look_at_link(now_ns);
    rte_eth_stats stats{};
    if (traits_.counts_missed && rte_eth_stats_get(port_, &stats) == 0)
      missed_.store(stats.imissed, std::memory_order_relaxed);
  }
  if (!removed_.load(std::memory_order_relaxed)) return {};
  link_up_.store(false, std::memory_order_relaxed);
  return fail(Errc::failed, "port " + name_, "the device, or the interface beneath it, is gone");
}

void NicDevice::look_at_link(uint64_t now_ns) {
  bool up = true;
  if (rte_eth_dev_is_valid_port(port_) == 0 || rte_eth_dev_is_removed(port_) == 1) {
    removed_.store(true, std::memory_order_relaxed);
    up = false;
  } else if (interface_ != 0) {
    const std::optional<bool> interface = interface_up(interface_);
    if (!interface) removed_.store(true, std::memory_order_relaxed);
    up = interface.value_or(false);
  } else if (peer_ != nullptr) {
    up = peer_->up();
    if (!up) peer_->connect_again(now_ns);
  } else {
    rte_eth_link link{};
    up = rte_eth_link_get_nowait(port_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
  }
  if (link_up_.exchange(up, std::memory_order_relaxed) && !up)
    links_lost_.fetch_add(1, std::memory_order_relaxed);
}

std::optional<uint64_t> NicDevice::missed() const {
  if (!traits_.counts_missed) return {};
  return missed_.load(std::memory_order_relaxed);
}

NicDevice::Counts NicDevice::counts() const {
  Counts counts;
  rte_eth_stats stats{};
  if (rte_eth_stats_get(port_, &stats) == 0) {
    counts.no_buffer = stats.rx_nombuf;
    counts.rx_errors = stats.ierrors;
    counts.tx_errors = stats.oerrors;
  }
  counts.links_lost = links_lost_.load(std::memory_order_relaxed);
  return counts;
}

}  // namespace penstock
