// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/ipstack/mac_address.h"

namespace penstock {

// What the port is on its Ethernet: in the head of every frame that it sends.
struct LinkEnd {
  MacAddress mac{};
  std::optional<uint16_t> vlan{};

  size_t head_bytes() const { return vlan ? 18 : 14; }
};

}  // namespace penstock
