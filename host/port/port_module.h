// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "port/packet_port.h"

namespace penstock {

// What is asked of a port that a module opens.
struct PortRequest {
  std::string nic;        // as --nic has it, whole: "dpdk:-l 0-1;port=0000:65:00.0,addr=192.0.2.1/24"
  uint16_t udp_port = 0;  // 0: one of its own choosing, as clients use
  size_t queues = 1;
};

// Ports whose runtime may be missing where the program runs: a shared object beside the program, loaded when
// --nic asks for it. It exports one of these under the name below. Program and module are of one build: what
// they hand each other is C++.
struct PortModule {
  const char* build;  // PENSTOCK_MODULE_BUILD (cmake/ModuleBuild.cmake)
  // usage: the text is malformed; failed: there is no such port, or something is missing (the error says
  // what, and how to get it).
  Result<std::unique_ptr<PacketPort>> (*open)(const PortRequest& request);
};

inline constexpr char kPortModuleSymbol[] = "penstock_port_module";

}  // namespace penstock
