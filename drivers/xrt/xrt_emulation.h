// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "offload/driver.h"

namespace penstock {

// Whether the runtime's cards are emulated: XCL_EMULATION_MODE is set.
bool xrt_emulated();

// The runtime counts none of them. How many there are it reads from EMCONFIG_PATH/emconfig.json, and so do
// we.
DevicesFound find_emulated_xrt_cards();

// What software emulation cannot do without, before it is asked for a card: where it is missing the runtime
// ends the process, or has its files in the working folder. Makes the folder of its sockets, as it would do
// itself.
Status prepare_xrt_emulation();

}  // namespace penstock
