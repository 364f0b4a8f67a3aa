// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/closed_ports.h"

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_ethdev.h>

#include <map>
#include <memory>
#include <mutex>

namespace penstock {
namespace {

struct PortDevice {
  std::string bus;
  std::string name;
  std::string arguments;
};

struct ClosedPorts {
  std::mutex mutex;
  std::map<std::string, PortDevice> devices;

  static ClosedPorts& instance() {
    static ClosedPorts& ports = *std::make_unique<ClosedPorts>().release();
    return ports;
  }
};

// Another port of the same device would go with it.
bool is_shared(const rte_device* device, uint16_t port) {
  uint16_t each = 0;
  RTE_ETH_FOREACH_DEV_OF(each, device) {
    if (each != port) return true;
  }
  return false;
}

}  // namespace

void remember_port(const std::string& name, uint16_t port) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(port, &info) != 0 || info.device == nullptr) return;
  const rte_bus* const bus = rte_dev_bus(info.device);
  if (bus == nullptr || is_shared(info.device, port)) return;
  const rte_devargs* const found = rte_dev_devargs(info.device);
  const char* const arguments = found == nullptr || found->args == nullptr ? "" : found->args;
  ClosedPorts& closed = ClosedPorts::instance();
  const std::lock_guard lock(closed.mutex);
  closed.devices[name] = {rte_bus_name(bus), rte_dev_name(info.device), arguments};
}

std::optional<uint16_t> find_port(const std::string& name) {
  uint16_t port = 0;
  if (rte_eth_dev_get_port_by_name(name.c_str(), &port) == 0) return port;
  ClosedPorts& closed = ClosedPorts::instance();
  const std::lock_guard lock(closed.mutex);
  const auto known = closed.devices.find(name);
  if (known == closed.devices.end()) return {};
  const PortDevice& device = known->second;
  // It may have been taken away already.
  rte_eal_hotplug_remove(device.bus.c_str(), device.name.c_str());
  rte_eal_hotplug_add(device.bus.c_str(), device.name.c_str(), device.arguments.c_str());
  if (rte_eth_dev_get_port_by_name(name.c_str(), &port) != 0) return {};
  return port;
}

}  // namespace penstock
