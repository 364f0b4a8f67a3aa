// SPDX-License-Identifier: Apache-2.0
// A module of ports for tests, in the place of the one that drives NICs: kernel sockets that say they were
// more. What it counts beside packets is made up.
#include <string>
#include <string_view>
#include <utility>

#include "drivers/udp/udp_port.h"
#include "port/port_module.h"

namespace penstock {
namespace {

constexpr uint64_t kOthers = 7;

class SocketPort final : public PacketPort {
 public:
  explicit SocketPort(std::unique_ptr<UdpPort> port) : port_(std::move(port)) {}

  size_t queue_count() const override { return port_->queue_count(); }
  PacketQueue& queue(size_t number) override { return port_->queue(number); }
  NetAddress local_address() const override { return port_->local_address(); }
  std::string name() const override { return "dpdk sockets \"0\""; }
  std::vector<PortFigure> figures() const override {
    return {{.name = "frames_dropped", .reason = "other_port", .queue = 0, .value = kOthers},
            {.name = "frames_dropped", .reason = "fragment", .queue = 0, .value = 0},
            {.name = "frames_dropped", .reason = "no_memory", .value = std::nullopt},
            {.name = "answers_sent", .reason = {}, .value = 3}};
  }

 private:
  std::unique_ptr<UdpPort> port_;
};

// Of "dpdk:EAL...;port=...,addr=127.0.0.1/8,...": the address alone is looked at.
Result<std::unique_ptr<PacketPort>> open_socket_port(const PortRequest& request) {
  constexpr std::string_view kAddress = "addr=";
  const std::string_view nic = request.nic;
  const size_t at = nic.find(kAddress);
  if (at == std::string_view::npos)
    return fail(Errc::usage, "--nic " + request.nic, "has no addr=", "give addr=ADDRESS/BITS");
  const std::string_view rest = nic.substr(at + kAddress.size());
  const std::string address(rest.substr(0, rest.find_first_of(",/")));
  UdpOptions options;
  PENSTOCK_TRY_ASSIGN(options.local, parse_net_address(address + ":" + std::to_string(request.udp_port)));
  options.queues = request.queues;
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<UdpPort> port, UdpPort::open(options));
  return std::make_unique<SocketPort>(std::move(port));
}

}  // namespace
}  // namespace penstock

extern "C" __attribute__((visibility("default")))
const penstock::PortModule penstock_port_module = {PENSTOCK_MODULE_BUILD, &penstock::open_socket_port};
