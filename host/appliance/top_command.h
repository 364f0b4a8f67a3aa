// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "appliance/server_choices.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock top`: what a server is doing, from its metrics.
struct TopCommand {
  static constexpr const char* kName = "top";
  static constexpr const char* kHelp = "show what a server is doing: ports, devices, uploads, store";

  ServerChoices server;
  std::string interval = "1";
  bool once = false;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  Result<int> run(const GlobalOptions& global, Console& console) const;

 private:
  Status watch(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
