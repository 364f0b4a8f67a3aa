// SPDX-License-Identifier: Apache-2.0
#include "unit/nic/nic_case.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace penstock {

bool eal_left_affinity_alone = false;

const std::string& test_eal() {
  static const std::string arguments = [] {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    ::sched_getaffinity(0, sizeof allowed, &allowed);
    std::string cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &allowed)) cpus += (cpus.empty() ? "" : ",") + std::to_string(cpu);
    }
    return "--no-huge --no-shconf -m 256 --no-pci --no-telemetry --lcores 0@(" + cpus + ")";
  }();
  return arguments;
}

std::string nic_of(const std::string& port, const std::string& settings) {
  return "dpdk:" + test_eal() + ";port=" + port + "," + settings;
}

std::unique_ptr<DpdkPort> open_nic(RingWire& wire, size_t end, size_t queues, const std::string& more) {
  const std::string number = std::to_string(end + 1);
  PortRequest request;
  request.nic = nic_of(wire.port(end), "addr=10.0.0." + number + "/24,addr=2001:db8::" + number + "/64" +
                                           (more.empty() ? "" : ",") + more);
  request.udp_port = kNicTestPort;
  request.queues = queues;
  auto port = DpdkPort::open(request);
  if (!port) throw std::runtime_error(port.error().message());
  return std::move(*port);
}

NetAddress nic_address(size_t end, int family) {
  const std::string number = std::to_string(end + 1);
  const std::string host = family == AF_INET ? "10.0.0." + number : "[2001:db8::" + number + "]";
  return parse_net_address(host + ":" + std::to_string(kNicTestPort)).value();
}

RingWire::Frame frame_from(uint16_t source_port, const std::string& payload, const MacAddress& to) {
  const FrameHead head({.link = {MacAddress{{2, 0, 0, 0, 0, 9}}, {}},
                        .next_hop = to,
                        .source = *IpAddress::of(nic_address(1)),
                        .destination = *IpAddress::of(nic_address(0)),
                        .source_port = source_port,
                        .destination_port = kNicTestPort},
                       1400);
  RingWire::Frame frame(head.bytes() + payload.size());
  head.write(frame, as_bytes(payload), 0, 0, {});
  return frame;
}

bool run_queues(const std::vector<PacketQueue*>& queues, std::vector<std::vector<NicPacket>>& into,
                const std::function<bool()>& condition) {
  into.resize(queues.size());
  std::vector<PacketTrain> burst(32);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    for (size_t i = 0; i < queues.size(); ++i) {
      const Result<size_t> came = queues[i]->receive(burst);
      EXPECT_TRUE(came) << came.error().message();
      if (!came) return false;
      for (const PacketTrain& train : std::span(burst).first(*came)) {
        for (size_t at = 0; at < train.bytes.size(); at += train.segment_bytes) {
          const Bytes packet =
              train.bytes.subspan(at, std::min<size_t>(train.segment_bytes, train.bytes.size() - at));
          into[i].push_back({std::string(as_text(packet)), train.ecn, train.path});
        }
      }
    }
  }
  return true;
}

bool send_packets(PacketQueue& queue, const NetAddress& to, const std::string& bytes, uint32_t segment_bytes,
                  uint8_t ecn, const NetAddress& from, bool passing) {
  const MutableBytes room = queue.reserve();
  if (room.size() < bytes.size()) return false;
  std::memcpy(room.data(), bytes.data(), bytes.size());
  queue.send({room.first(bytes.size()), segment_bytes, ecn, {from, to}, passing});
  queue.flush();
  return true;
}

std::string test_bytes(size_t bytes) {
  std::string text(bytes, ' ');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

uint64_t figure(const PacketPort& port, const std::string& name, const std::string& reason) {
  uint64_t sum = 0;
  for (const PortFigure& each : port.figures()) {
    if (each.name == name && each.reason == reason) sum += each.value.value_or(0);
  }
  return sum;
}

}  // namespace penstock
