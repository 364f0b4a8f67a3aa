// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "drivers/ipstack/mac_address.h"

namespace penstock {

// What a NIC is to let through beside frames to its own MAC: IPv6 finds neighbours by multicast (RFC 4861).
// Asks for these groups alone, else for all groups, else for everything. 0, or the error; what a device
// cannot be asked for it does not filter. `everything`: whether it came to that.
int let_groups_in(uint16_t port, std::span<const MacAddress> groups, bool& everything);

}  // namespace penstock
