// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "base/result.h"
#include "offload/driver.h"

namespace penstock {

// For the driver's row in the table: the cards that the XRT runtime counts, or that its emulation is set up
// for.
DevicesFound find_xrt_cards();
Result<std::unique_ptr<Device>> open_xrt_card(size_t number, const DriverOptions& options);

}  // namespace penstock
