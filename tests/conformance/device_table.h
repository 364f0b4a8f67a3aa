// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <ostream>
#include <span>
#include <string_view>

#include "base/result.h"
#include "offload/device.h"

namespace penstock {

// A device that the suite runs against. A new driver adds its row here, and its name in CMakeLists.txt.
struct DeviceRow {
  std::string_view name;
  // Each test opens its own. An error (no such card here) skips the test and says why.
  Result<std::unique_ptr<Device>> (*open)();
};

std::span<const DeviceRow> device_table();

// How GoogleTest shows a row.
inline void PrintTo(const DeviceRow& row, std::ostream* out) {
  *out << row.name;
}

}  // namespace penstock
