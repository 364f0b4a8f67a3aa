// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload/driver.h"

namespace penstock {

// A driver whose runtime may be missing where the program runs: a shared object beside the program, which is
// loaded when devices are asked for. It exports one of these under the name below. Program and module are of
// one build: what they hand each other is C++.
struct DriverModule {
  const char* build;  // PENSTOCK_MODULE_BUILD (cmake/ModuleBuild.cmake)
  Driver driver;
};

inline constexpr char kDriverModuleSymbol[] = "penstock_driver_module";

}  // namespace penstock
