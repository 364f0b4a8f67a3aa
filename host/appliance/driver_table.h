// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "offload/device.h"
#include "offload/driver.h"

namespace penstock {

// Every kind of device that there is, in order of priority: what `--device auto` takes the first present of.
// The only place that knows which drivers a build has.
std::span<const Driver> driver_table();

// The devices that --device names in `table`: "auto" (the first that can be used), or KIND or KIND:N (the
// N-th of its kind, from 0), several with commas between them. usage error: no such kind, or one of them
// named twice; failed: this build or machine does not have it.
Result<std::vector<std::unique_ptr<Device>>> open_devices(std::string_view choice,
                                                          std::span<const Driver> table,
                                                          const DriverOptions& options = {});
// The same for one. usage error: several.
Result<std::unique_ptr<Device>> open_device(std::string_view choice, std::span<const Driver> table,
                                            const DriverOptions& options = {});

}  // namespace penstock
