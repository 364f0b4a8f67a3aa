// SPDX-License-Identifier: Apache-2.0
#pragma once

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
#include "drivers/nic/nic_watch.h"
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
  // Lets frames to these stations in as well; nothing is asked of it where there are none. failed: it lets in
  // none of them.
  Status let_in(std::span<const MacAddress> groups);
  const PacketPool& tx_pool() const { return *tx_pool_; }

  uint16_t rx_descriptors() const { return rx_descriptors_; }

  // The first of them are filled.
  size_t receive(uint16_t queue, std::span<rte_mbuf*> into);
  // As the driver demands of frames with offloads. The first of them are fit to be sent; the next one, if
  // any, never will be.
  size_t prepare(uint16_t queue, std::span<rte_mbuf*> frames);
  // Takes the first of them.
  size_t send(uint16_t queue, std::span<rte_mbuf*> frames);
  // Makes the device give back the buffers of what it has sent.
  void reclaim(uint16_t queue);
  // Waits until what was given to it is on the wire, for some milliseconds at most.
  void await_sent(uint16_t queue);

  // Looks at the link now and then; any number of threads may ask. failed: the device is gone.
  Status check(uint64_t now_ns);
  bool link_up() const { return watch_->link_up(); }
  uint64_t links_lost() const { return watch_->links_lost(); }
  uint64_t links_found() const { return watch_->links_found(); }
  // Whether the driver counts what the NIC missed.
  bool counts_missed() const { return traits_.counts_missed; }
  // Not for threads that poll.
  std::optional<NicWatch::Counts> counts(uint64_t now_ns) const { return watch_->counts(now_ns); }

 private:
  struct Settings;
  NicDevice(uint16_t port, std::string name) : port_(port), name_(std::move(name)) {}

  Status describe(const NicText& text, size_t workers, Settings& settings);
  void choose_queues(const NicText& text, size_t workers, Settings& settings);
  Status choose_descriptors(const NicText& text, const Settings& settings);
  Status choose_mtu(const NicText& text, Settings& settings);
  Status configure(const NicText& text, const Settings& settings);
  Status choose_rooms();
  Status make_pools(const NicText& text, size_t workers, const Settings& settings);
  Status start(const NicText& text, const Settings& settings);
  Status take_mac();

  const uint16_t port_;
  const std::string name_;
  NicTraits traits_{};
  MacAddress mac_{};
  uint32_t mtu_ = 1500;
  int node_ = -1;
  uint16_t rx_queues_ = 1;
  uint16_t tx_queues_ = 1;
  bool spreads_ = false;
  uint16_t rx_descriptors_ = 0;
  uint16_t tx_descriptors_ = 0;
  SendOffloads send_offloads_{};
  bool configured_ = false;
  bool everything_ = false;  // it takes frames for anybody
  uint32_t rx_room_ = 0;     // of a buffer
  uint32_t tx_room_ = 0;
  std::unique_ptr<PeerLink> peer_;  // null: the link is a cable's
  std::unique_ptr<NicWatch> watch_;
  std::unique_ptr<PacketPool> rx_pool_;
  std::unique_ptr<PacketPool> tx_pool_;
};

}  // namespace penstock
