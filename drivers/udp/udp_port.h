// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drivers/udp/udp_options.h"
#include "drivers/udp/udp_queue.h"
#include "port/packet_port.h"

namespace penstock {

// A port over kernel UDP sockets: one for each queue, all bound to one address; the kernel keeps a sender's
// packets together. Opened before the threads that use its queues start, outlives them.
class UdpPort : public PacketPort {
 public:
  // failed: the address is not this machine's, or taken.
  static Result<std::unique_ptr<UdpPort>> open(const UdpOptions& options);

  size_t queue_count() const override { return queues_.size(); }
  PacketQueue& queue(size_t number) override { return *queues_[number]; }
  NetAddress local_address() const override { return queues_[0]->local_address(); }
  std::string name() const override { return "udp " + local_address().text(); }

 private:
  UdpPort() = default;

  std::vector<std::unique_ptr<UdpQueue>> queues_;
};

}  // namespace penstock
