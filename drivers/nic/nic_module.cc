// SPDX-License-Identifier: Apache-2.0
// DPDK's ports as a module of its own (port/port_module.h).
#include "drivers/nic/dpdk_port.h"
#include "port/port_module.h"

namespace penstock {
namespace {

Result<std::unique_ptr<PacketPort>> open_dpdk_port(const PortRequest& request) {
  return DpdkPort::open(request);
}

}  // namespace
}  // namespace penstock

extern "C" __attribute__((visibility("default")))
const penstock::PortModule penstock_port_module = {PENSTOCK_MODULE_BUILD, &penstock::open_dpdk_port};
