// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock init`: makes a store.
struct InitCommand {
  static constexpr const char* kName = "init";
  static constexpr const char* kHelp = "make an empty store";

  std::string chunker = "cdc:16K:64K:256K";
  std::string codec = "auto";

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
