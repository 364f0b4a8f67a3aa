// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "appliance/console.h"
#include "appliance/json_text.h"
#include "offload/dispatcher.h"

namespace penstock {

// The field `figures`.
Json figures_json(const std::vector<DeviceFigure>& figures);

// The fields `health` and `history` (docs/command-line.md).
void set_health(Json& object, const DeviceHealth& health);

// What each device of a dispatcher did, and what became of it.
Json devices_json(const Dispatcher& dispatcher);
// The same as a line a device, for a person; empty where there is but the CPU.
std::string devices_text(const Dispatcher& dispatcher);

// Says on standard error that a device is out, and what the operator can do, or that it is back.
void tell_change(Console& console, const DispatchMember& member, const DeviceHealth::Event& event);

}  // namespace penstock
