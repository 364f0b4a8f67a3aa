// SPDX-License-Identifier: Apache-2.0
#include "appliance/nic_port.h"

#include <array>
#include <charconv>
#include <string_view>

#include "appliance/loaded_port_module.h"

namespace penstock {
namespace {

constexpr std::string_view kDpdk = "dpdk:";

LoadedPortModule& dpdk_ports() {
  static LoadedPortModule module(
      "penstock-dpdk.so",
      "librte-eal23, librte-ethdev23, librte-bus-vdev23, librte-mempool-ring23 and the "
      "drivers librte-net-*23 to run, libdpdk-dev to build");
  return module;
}

}  // namespace

Result<std::unique_ptr<PacketPort>> open_nic_port(const PortRequest& request) {
  if (request.nic.starts_with(kDpdk)) return dpdk_ports().open(request);
  return fail(Errc::usage, "--nic " + request.nic, "is not a kind of port",
              "give dpdk:EAL...;port=...,addr=...,gw=... (docs/deployment.md)");
}

Result<uint16_t> parse_nic_udp_port(const std::string& listen) {
  uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  if (listen.starts_with(':')) {
    const auto [stop, error] = std::from_chars(listen.data() + 1, end, port);
    if (error == std::errc() && stop == end) return port;
  }
  return fail(Errc::usage, "--listen " + listen, "goes with --nic as a UDP port alone",
              "give :PORT; the address stands in --nic");
}

}  // namespace penstock
