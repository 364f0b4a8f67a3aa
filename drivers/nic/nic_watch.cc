// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/nic_watch.h"

#include <net/if.h>
#include <rte_ethdev.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

namespace penstock {
namespace {

bool is_up(uint16_t port) {
  rte_eth_link link{};
  return rte_eth_link_get_nowait(port, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

}  // namespace

// DPDK keeps callbacks of a port that is gone, and calls them for the next one of its number: what it is
// given stays for ever, and asks here whose number it is now.
struct OpenPorts {
  static constexpr std::array kEvents{RTE_ETH_EVENT_INTR_RMV, RTE_ETH_EVENT_DESTROY, RTE_ETH_EVENT_INTR_LSC};

  std::mutex mutex;
  std::array<NicWatch*, RTE_MAX_ETHPORTS> watches{};

  static OpenPorts& instance() {
    static OpenPorts& ports = *std::make_unique<OpenPorts>().release();
    return ports;
  }
  void add(NicWatch& watch) {
    static std::once_flag listening;
    std::call_once(listening, [] {
      for (const rte_eth_event_type event : kEvents)
        rte_eth_dev_callback_register(RTE_ETH_ALL, event, &OpenPorts::happened, nullptr);
    });
    const std::lock_guard lock(mutex);
    watches[watch.port_] = &watch;
  }
  void drop(const NicWatch& watch) {
    const std::lock_guard lock(mutex);
    if (watches[watch.port_] == &watch) watches[watch.port_] = nullptr;
  }
  static int happened(uint16_t port, rte_eth_event_type event, void*, void*) {
    OpenPorts& ports = instance();
    const std::lock_guard lock(ports.mutex);
    if (port >= ports.watches.size() || ports.watches[port] == nullptr) return 0;
    NicWatch& watch = *ports.watches[port];
    if (event == RTE_ETH_EVENT_INTR_LSC) {
      if (!is_up(port)) watch.went_down_.store(true, std::memory_order_relaxed);
      return 0;
    }
    if (event == RTE_ETH_EVENT_DESTROY) watch.destroyed_.store(true, std::memory_order_relaxed);
    watch.removed_.store(true, std::memory_order_relaxed);
    return 0;
  }
};

NicWatch::NicWatch(uint16_t port, const NicTraits& traits, unsigned interface, PeerLink* peer)
    : port_(port),
      interface_(traits.ends_with_interface ? interface : 0),
      peer_(peer),
      socket_(interface_ == 0 ? -1 : ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  OpenPorts::instance().add(*this);
}

NicWatch::~NicWatch() {
  OpenPorts::instance().drop(*this);
  if (socket_ >= 0) ::close(socket_);
}

void NicWatch::look(uint64_t now_ns) {
  if (now_ns < next_look_ns_.load(std::memory_order_relaxed)) return;
  const std::unique_lock lock(control_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  next_look_ns_.store(now_ns + kIntervalNs, std::memory_order_relaxed);
  const bool went_down = went_down_.exchange(false, std::memory_order_relaxed);
  const bool up = !removed() && look_at_link(now_ns) && !removed();
  const bool was_up = link_up_.exchange(up, std::memory_order_relaxed);
  if (was_up && (!up || went_down)) links_lost_.fetch_add(1, std::memory_order_relaxed);
  if (up && (!was_up || went_down)) links_found_.fetch_add(1, std::memory_order_relaxed);
}

bool NicWatch::look_at_link(uint64_t now_ns) {
  if (rte_eth_dev_is_removed(port_) == 1) {
    removed_.store(true, std::memory_order_relaxed);
    return false;
  }
  if (socket_ >= 0) {
    const std::optional<Interface> interface = look_at_interface();
    if (!interface) return link_up();
    times_gone_ = *interface == Interface::gone ? times_gone_ + 1 : 0;
    if (times_gone_ > 1) removed_.store(true, std::memory_order_relaxed);
    return *interface == Interface::up;
  }
  if (peer_ != nullptr) {
    if (peer_->look()) return true;
    peer_->connect_again(now_ns);
    return false;
  }
  return is_up(port_);
}

// Nothing: the kernel does not say.
std::optional<NicWatch::Interface> NicWatch::look_at_interface() const {
  ifreq request{};
  request.ifr_ifindex = static_cast<int>(interface_);
  if (::ioctl(socket_, SIOCGIFNAME, &request) != 0 || ::ioctl(socket_, SIOCGIFFLAGS, &request) != 0) {
    if (errno == ENODEV || errno == ENXIO) return Interface::gone;
    return {};
  }
  const auto flags = static_cast<unsigned short>(request.ifr_flags);
  return (flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING) ? Interface::up : Interface::down;
}

std::optional<NicWatch::Counts> NicWatch::counts(uint64_t now_ns) {
  const std::lock_guard lock(control_);
  rte_eth_stats stats{};
  if (!removed() && now_ns >= next_counts_ns_ && rte_eth_stats_get(port_, &stats) == 0) {
    next_counts_ns_ = now_ns + kIntervalNs;
    counts_ = Counts{stats.imissed, stats.rx_nombuf, stats.ierrors, stats.oerrors};
  }
  return counts_;
}

}  // namespace penstock
