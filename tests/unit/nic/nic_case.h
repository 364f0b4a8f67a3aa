// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/nic/dpdk_port.h"
#include "unit/nic/ring_wire.h"

namespace penstock {

inline constexpr uint16_t kNicTestPort = 4433;

// The arguments that EAL runs with in this process, and may in others: neither privileges nor hugepages.
const std::string& test_eal();
// Whether the thread that started EAL for the tests may run where it might before.
extern bool eal_left_affinity_alone;

// "dpdk:EAL;port=NAME,SETTINGS".
std::string nic_of(const std::string& port, const std::string& settings);
// The port at an end of the wire: 10.0.0.1 and 2001:db8::1 at end 0, ...2 at end 1.
std::unique_ptr<DpdkPort> open_nic(RingWire& wire, size_t end, size_t queues = 1,
                                   const std::string& more = {});
NetAddress nic_address(size_t end, int family = AF_INET);

// A packet of 10.0.0.2 to the port at end 0.
RingWire::Frame frame_from(uint16_t source_port, const std::string& payload, const MacAddress& to);

struct NicPacket {
  std::string payload;
  uint8_t ecn = 0;
  NetPath path{};
};

// Polls them in turn until the condition holds, for 20 s at most; what arrives is put to `into`, for each
// queue. Whether it holds.
bool run_queues(const std::vector<PacketQueue*>& queues, std::vector<std::vector<NicPacket>>& into,
                const std::function<bool()>& condition);
// False: the port takes nothing now.
bool send_packets(PacketQueue& queue, const NetAddress& to, const std::string& bytes, uint32_t segment_bytes,
                  uint8_t ecn = 0, const NetAddress& from = {}, bool passing = false);
std::string test_bytes(size_t bytes);

// The sum over all queues; 0 where there is none of the name.
uint64_t figure(const PacketPort& port, const std::string& name, const std::string& reason = {});

}  // namespace penstock
