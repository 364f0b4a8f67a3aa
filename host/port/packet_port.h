// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "port/packet_queue.h"
#include "port/port_figure.h"

namespace penstock {

// Which queue's worker a packet is meant by, where the packet itself says so. Any thread.
using PacketSteering = std::function<std::optional<size_t>(Bytes packet)>;

// Packets in and out, whatever carries them: kernel sockets, or a NIC driven in user space. A port has one
// queue for each worker. Which queue a packet arrives at may change with its sender's address: connection ids
// say whose it is, and whoever gets another's hands it over.
class PacketPort {
 public:
  virtual ~PacketPort() = default;

  virtual size_t queue_count() const = 0;
  // The port outlives its queues' use.
  virtual PacketQueue& queue(size_t number) = 0;
  virtual NetAddress local_address() const = 0;
  virtual std::string name() const = 0;  // for messages and metrics

  // Before any queue is used. A port that spreads packets over its queues by itself asks it; others, whose
  // kernel or NIC does that, never call it.
  // Those that do keep it: NOLINTNEXTLINE(performance-unnecessary-value-param)
  virtual void steer_by(PacketSteering) {}
  // Any thread.
  virtual std::vector<PortFigure> figures() const { return {}; }
};

}  // namespace penstock
