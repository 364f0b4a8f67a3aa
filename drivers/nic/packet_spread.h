// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "drivers/nic/arrival_ring.h"
#include "drivers/nic/poll_wait.h"
#include "port/packet_port.h"

namespace penstock {

// What a NIC with receive-side scaling does, for devices that have none: whichever worker comes by polls the
// device for all of them, and hands each packet to the one that it is meant for. Any thread.
class PacketSpread {
 public:
  // One for each worker; they outlive it. `packets`: that may wait for a worker.
  static Result<std::unique_ptr<PacketSpread>> create(const std::vector<PollWait*>& workers, uint32_t packets,
                                                      int node);

  // Before any worker polls.
  void steer_by(PacketSteering steering) { steering_ = std::move(steering); }
  size_t workers() const { return workers_.size(); }
  // By the packet's connection, or by its path.
  size_t worker_for(const ArrivedPacket& packet) const;
  // False: it has too many already. Else it is to be told, once for several.
  bool hand_over(size_t worker, const ArrivedPacket& packet);
  void tell(size_t worker) { workers_[worker].wait->nudge(); }
  size_t take(size_t worker, std::span<ArrivedPacket> into) { return workers_[worker].ring->pop(into); }

  // Who polls the device.
  std::mutex& polling() { return polling_; }

 private:
  struct Worker {
    PollWait* wait;
    std::unique_ptr<ArrivalRing> ring;
  };

  PacketSpread() = default;

  std::vector<Worker> workers_;
  PacketSteering steering_;
  std::mutex polling_;
};

}  // namespace penstock
