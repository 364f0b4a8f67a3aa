// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock heads`: lists the commits without a successor.
struct HeadsCommand {
  static constexpr const char* kName = "heads";
  static constexpr const char* kHelp = "list the commits that no other has for a parent";

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
