// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "offload/device.h"

namespace penstock {

// What there is of a kind of device; found without opening any.
struct DevicesFound {
  size_t count = 0;
  std::string none_because;  // where there are none: why, and how to get them
};

// What somebody who opens a device allows.
struct DriverOptions {
  bool program = false;  // to replace the program that a card holds
  // Of "auto": told why a device that is there cannot be used, before the next one is tried.
  std::function<void(const Error&)> passed_over;
};

// One row of the table of drivers (appliance/driver_table.cc), in order of priority.
struct Driver {
  std::string_view kind;  // as --device names it
  DevicesFound (*find)();
  // `number` is below the count that was found. May take a while: it begins to use the device. failed: it
  // cannot be used.
  Result<std::unique_ptr<Device>> (*open)(size_t number, const DriverOptions& options);
};

}  // namespace penstock
