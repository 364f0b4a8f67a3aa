// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "drivers/nic/nic_traits.h"
#include "drivers/nic/peer_link.h"

namespace penstock {

// Whether a port of DPDK is there, whether its link is up, and what its device counts. Drivers take no two
// such questions at once: they are asked under a lock, and the answers kept for 100 ms. Any thread.
class NicWatch {
 public:
  struct Counts {
    uint64_t missed = 0;     // frames dropped for want of descriptors
    uint64_t no_buffer = 0;  // frames that found no mbuf
    uint64_t rx_errors = 0;
    uint64_t tx_errors = 0;
  };

  // Of one port at a time. `interface`: the kernel's, or 0; `peer`: null, or outlives it.
  NicWatch(uint16_t port, const NicTraits& traits, unsigned interface, PeerLink* peer);
  ~NicWatch();
  NicWatch(const NicWatch&) = delete;
  NicWatch& operator=(const NicWatch&) = delete;

  // Looks at the device and its link where that is due. Waits for nobody else who looks.
  void look(uint64_t now_ns);
  // It is gone, and stays so.
  bool removed() const { return removed_.load(std::memory_order_relaxed); }
  // Its number may be another port's by now.
  bool destroyed() const { return destroyed_.load(std::memory_order_relaxed); }
  bool link_up() const {
    return !removed() && (peer_ != nullptr ? peer_->up() : link_up_.load(std::memory_order_relaxed));
  }
  uint64_t links_lost() const {
    return peer_ != nullptr ? peer_->links_lost() : links_lost_.load(std::memory_order_relaxed);
  }
  // How often there was a link where there had been none, the first time too.
  uint64_t links_found() const {
    return peer_ != nullptr ? peer_->links_found() : links_found_.load(std::memory_order_relaxed);
  }
  // Nothing: the device has not said yet. Not for threads that poll: some drivers take milliseconds over it.
  std::optional<Counts> counts(uint64_t now_ns);

 private:
  friend struct OpenPorts;
  static constexpr uint64_t kIntervalNs = 100'000'000;
  enum class Interface : uint8_t { up, down, gone };

  // Under the lock.
  bool look_at_link(uint64_t now_ns);
  std::optional<Interface> look_at_interface() const;

  const uint16_t port_;
  const unsigned interface_;
  PeerLink* const peer_;
  const int socket_;  // kept, so that a process out of descriptors still knows; -1: there is nothing to ask

  std::atomic<bool> removed_{false};
  std::atomic<bool> destroyed_{false};
  std::atomic<bool> link_up_{false};
  std::atomic<bool> went_down_{false};  // be it for less time than lies between two looks
  std::atomic<uint64_t> links_lost_{0};
  std::atomic<uint64_t> links_found_{0};
  std::atomic<uint64_t> next_look_ns_{0};

  std::mutex control_;  // what follows is under it
  std::optional<Counts> counts_{};
  uint64_t next_counts_ns_ = 0;
  int times_gone_ = 0;
};

}  // namespace penstock
