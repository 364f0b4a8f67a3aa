// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "drivers/ipstack/frame_head.h"
#include "drivers/ipstack/mac_address.h"
#include "drivers/nic/nic_text.h"
#include "drivers/nic/nic_traits.h"
#include "drivers/nic/packet_pool.h"
#include "drivers/nic/peer_link.h"

namespace penstock {

// An Ethernet port of DPDK, started, with its pools. One thread at a time uses a hardware queue of it in one
// direction; the rest is for any thread. EAL is started before.
class NicDevice {
 public:
  // Frames in one burst: memif has been seen to crash with more.
  static constexpr size_t kBurst = 32;

  // For `workers` queues. failed: there is no such port, or it does not start.
  static Result<std::unique_ptr<NicDevice>> open(const NicText& text, size_t workers);
  ~NicDevice();
  NicDevice(const NicDevice&) = delete;
  NicDevice& operator=(const NicDevice&) = delete;

  const std::string& name() const { return name_; }
  std::string driver() const { return std::string(traits_.driver); }
  MacAddress mac() const { return mac_; }
  uint32_t mtu() const { return mtu_; }
  int node() const { return node_; }
  uint16_t rx_queues() const { return rx_queues_; }
  uint16_t tx_queues() const { return tx_queues_; }
  // Each worker has a hardware queue, and the packets of a flow come to one of them.
  bool spreads() const { return spreads_; }
  SendOffloads send_offloads() const { return send_offloads_; }
  const PacketPool& tx_pool() const { return *tx_pool_; }

  // The first of them are filled.
  size_t receive(uint16_t queue, std::span<rte_mbuf*> into);
  // Takes the first of them.
  size_t send(uint16_t queue, std::span<rte_mbuf*> frames);

  // Looks at the link and at what the device counts, now and then; any number of threads may ask. failed: the
  // device is gone.
  Status check(uint64_t now_ns);
  bool link_up() const { return link_up_.load(std::memory_order_relaxed); }
  // Nothing: the driver does not count them.
  std::optional<uint64_t> missed() const;

  struct Counts {
    uint64_t no_buffer = 0;  // frames that found no mbuf
    uint64_t rx_errors = 0;
    uint64_t tx_errors = 0;
    uint64_t links_lost = 0;
  };
  Counts counts() const;

 private:
  struct Settings;
  NicDevice(uint16_t port, std::string name) : port_(port), name_(std::move(name)) {}

  Status describe(const NicText& text, size_t workers, Settings& settings);
  Status make_pools(const NicText& text, size_t workers, const Settings& settings);
  Status start(const Settings& settings);
  Status take_mtu(const NicText& text, uint32_t max_frame);
  void take_mac();
  void look_at_link(uint64_t now_ns);

  const uint16_t port_;
  const std::string name_;
  NicTraits traits_{};
  MacAddress mac_{};
  uint32_t mtu_ = 1500;
  int node_ = -1;
  uint16_t rx_queues_ = 1;
  uint16_t tx_queues_ = 1;
  bool spreads_ = false;
  SendOffloads send_offloads_{};
  unsigned interface_ = 0;  // of the kernel; 0: none
  bool started_ = false;
  std::unique_ptr<PeerLink> peer_;  // null: the link is a cable's
  std::unique_ptr<PacketPool> rx_pool_;
  std::unique_ptr<PacketPool> tx_pool_;

  std::atomic<bool> removed_{false};
  std::atomic<bool> link_up_{false};
  std::atomic<uint64_t> links_lost_{0};
  std::atomic<uint64_t> next_check_ns_{0};
  std::atomic<uint64_t> missed_{0};
};

}  // namespace penstock
