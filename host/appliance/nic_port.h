// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "port/packet_port.h"
#include "port/port_module.h"

namespace penstock {

// The port that --nic names. usage error: no such kind, or what the module makes of it; failed: what it needs
// is missing.
Result<std::unique_ptr<PacketPort>> open_nic_port(const PortRequest& request);

// The UDP port of --listen, which beside --nic is ":PORT": the address is the NIC's. usage error: anything
// else.
Result<uint16_t> parse_nic_udp_port(const std::string& listen);

}  // namespace penstock
