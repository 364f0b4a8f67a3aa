// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "port/packet_queue.h"

namespace penstock {

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
};

}  // namespace penstock
