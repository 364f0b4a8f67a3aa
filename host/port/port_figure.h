// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace penstock {

// One thing that a port counts beside PacketCounters: frames that it dropped, what its NIC missed.
struct PortFigure {
  static constexpr size_t kWholePort = SIZE_MAX;

  std::string name;                 // as in /metrics behind penstock_port_: "frames_dropped"
  std::string reason{};             // of several of one name, which; or empty
  size_t queue = kWholePort;        // of which queue
  std::optional<uint64_t> value{};  // since the port was opened; none: nobody knows
  bool gauge = false;               // what is so now, such as whether there is a link, and no count
};

}  // namespace penstock
