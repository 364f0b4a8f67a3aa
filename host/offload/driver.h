// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "offload/device.h"

namespace penstock {

// One row of the table of drivers (appliance/driver_table.cc), in order of priority.
struct Driver {
  std::string_view kind;  // as --device names it
  // nullptr where this build lacks the driver; then `absent_because` says why and how to get it.
  Result<std::vector<std::unique_ptr<Device>>> (*discover)();
  std::string_view absent_because;
};

}  // namespace penstock
