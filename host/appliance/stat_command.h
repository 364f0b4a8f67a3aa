// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock stat`: tells what an object is.
struct StatCommand {
  static constexpr const char* kName = "stat";
  static constexpr const char* kHelp = "say what an object is and where it is stored";

  std::string object;
  bool count_blocks = false;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
