// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "appliance/loaded_module.h"
#include "base/result.h"
#include "port/port_module.h"

namespace penstock {

// Ports that a module of its own opens (port/port_module.h). One thread.
class LoadedPortModule {
 public:
  // `packages` may be missing where `file` cannot be loaded.
  LoadedPortModule(const char* file, const char* packages)
      : file_(file), module_("what opens such ports", file, packages, kPortModuleSymbol) {}

  // failed: the module is absent, cannot be loaded or is of another version; else as the module's own.
  Result<std::unique_ptr<PacketPort>> open(const PortRequest& request);

 private:
  const char* const file_;
  LoadedModule module_;
};

}  // namespace penstock
