// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "offload/device.h"
#include "offload/driver.h"

namespace penstock {

struct SoftwareOptions {
  uint32_t queue_depth = 64;  // jobs that a queue pair accepts at the most
};

// The CPU in the place of an accelerator: it does each job in the thread that polls, by the fastest SHA-256
// path and the codecs' libraries. Any number of threads, each with a queue pair of its own. Where there is
// nothing else, this is the product; beside cards it is what they are measured against and what steps in for
// them.
std::unique_ptr<Device> make_software_device(SoftwareOptions options);

// For the driver's row in the table: always one.
DevicesFound find_software_devices();
Result<std::unique_ptr<Device>> open_software_device(size_t number, const DriverOptions& options);

}  // namespace penstock
