// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "offload/driver.h"
#include "offload/driver_module.h"

namespace penstock {

// A driver in a shared object (offload/driver_module.h), beside the program or in ../lib/penstock from there.
// It is loaded when it is needed, and stays: its devices may be there to the end of the process. One thread.
class LoadedDriver {
 public:
  // `packages` may be missing where `file` cannot be loaded. `no_device_because`: what can be said of devices
  // without it; empty: it has to be asked.
  LoadedDriver(const char* file, const char* packages, std::string (*no_device_because)())
      : file_(file), packages_(packages), no_device_because_(no_device_because) {}

  // Whether any is loaded in this process.
  static bool any();

  // As the rows of the table.
  DevicesFound find();
  Result<std::unique_ptr<Device>> open(size_t number, const DriverOptions& options);

 private:
  std::string load();

  const char* const file_;
  const char* const packages_;
  std::string (*const no_device_because_)();
  const DriverModule* loaded_ = nullptr;
};

}  // namespace penstock
