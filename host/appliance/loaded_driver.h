// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "appliance/loaded_module.h"
#include "base/result.h"
#include "offload/driver.h"
#include "offload/driver_module.h"

namespace penstock {

// A driver in a module of its own (offload/driver_module.h): its devices may be there to the end of the
// process. One thread.
class LoadedDriver {
 public:
  // `packages` may be missing where `file` cannot be loaded. `no_device_because`: what can be said of devices
  // without it; empty: it has to be asked.
  LoadedDriver(const char* file, const char* packages, std::string (*no_device_because)())
      : file_(file),
        module_("its driver", file, packages, kDriverModuleSymbol),
        no_device_because_(no_device_because) {}

  // Whether any is loaded in this process.
  static bool any();

  // As the rows of the table.
  DevicesFound find();
  Result<std::unique_ptr<Device>> open(size_t number, const DriverOptions& options);

 private:
  std::string load();
  const Driver& driver() const { return module_.exported<DriverModule>().driver; }

  const char* const file_;
  LoadedModule module_;
  std::string (*const no_device_because_)();
};

}  // namespace penstock
