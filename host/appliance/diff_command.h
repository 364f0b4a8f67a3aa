// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock diff`: compares two trees.
struct DiffCommand {
  static constexpr const char* kName = "diff";
  static constexpr const char* kHelp = "say where two trees differ";

  std::string before;
  std::string after;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
