// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/nic/frame_intake.h"
#include "drivers/nic/nic_device.h"
#include "drivers/nic/packet_spread.h"

namespace penstock {

// The receiving half of a DpdkQueue: packets stay in the frames that brought them. The queue's thread.
class PacketReceiver {
 public:
  // `spread`: null where the device itself gives each worker a queue.
  PacketReceiver(size_t worker, NicDevice& device, PacketSpread* spread, FrameIntake& intake,
                 QueueCounts& counts);
  ~PacketReceiver();
  PacketReceiver(const PacketReceiver&) = delete;
  PacketReceiver& operator=(const PacketReceiver&) = delete;

  // Looks for packets. Whether there are any.
  bool poll(uint64_t now_ns);
  // What polls have brought. What it gave before is freed.
  size_t receive(std::span<PacketTrain> into);
  bool has_packets() const { return next_ != ready_.size(); }

 private:
  void poll_own(uint64_t now_ns);
  void poll_for_all(uint64_t now_ns);
  void take_handed_over();

  const size_t worker_;
  NicDevice& device_;
  PacketSpread* const spread_;
  FrameIntake& intake_;
  QueueCounts& counts_;
  std::vector<ArrivedPacket> ready_;  // from next_ on
  size_t next_ = 0;
  std::vector<rte_mbuf*> given_;
  std::vector<bool> to_tell_;  // of the workers: that there is something for them
};

}  // namespace penstock
