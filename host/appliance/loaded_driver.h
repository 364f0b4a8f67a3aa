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
  struct Module {
    const char* file;
    const char* packages;                // that may be missing where it cannot be loaded
    std::string (*no_device_because)();  // what can be said without it; empty: it has to be asked
  };

  explicit LoadedDriver(const Module& module) : module_(module) {}

  // Whether any is loaded in this process.
  static bool any();

  // As the rows of the table.
  DevicesFound find();
  Result<std::unique_ptr<Device>> open(size_t number, const DriverOptions& options);

 private:
  std::string load();

  const Module module_;
  const DriverModule* loaded_ = nullptr;
};

}  // namespace penstock
