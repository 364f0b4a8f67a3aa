// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drivers/nic/dpdk_queue.h"
#include "drivers/nic/nic_text.h"
#include "port/packet_port.h"
#include "port/port_module.h"

namespace penstock {

// A NIC, or what DPDK drives like one, as a port: frames straight from its queues, through a stack of ours.
// Opened before the threads that use its queues start, outlives them. DPDK stays when it ends.
class DpdkPort : public PacketPort {
 public:
  // usage: the text, or an address, or a gateway is wrong. failed: DPDK or the device does not start.
  static Result<std::unique_ptr<DpdkPort>> open(const PortRequest& request);

  size_t queue_count() const override { return queues_.size(); }
  PacketQueue& queue(size_t number) override { return *queues_[number]; }
  NetAddress local_address() const override { return shared_.local; }
  std::string name() const override;
  void steer_by(PacketSteering steering) override;
  std::vector<PortFigure> figures() const override;

  const NicDevice& device() const { return *shared_.device; }

 private:
  DpdkPort() = default;

  void add_queue_figures(size_t number, std::vector<PortFigure>& figures) const;

  PortShared shared_;
  std::vector<std::unique_ptr<DpdkQueue>> queues_;  // end before what they share
};

}  // namespace penstock
