// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace penstock {

// DPDK lets a port that was closed never start again: its device is to be taken away and found anew. Any
// thread; a port that is being closed is not opened meanwhile.

// Before the port is closed: how its device is found again.
void remember_port(const std::string& name, uint16_t port);
// The number of the port of that name, whose device is found anew where the port was closed before. Nothing:
// there is none.
std::optional<uint16_t> find_port(const std::string& name);

}  // namespace penstock
