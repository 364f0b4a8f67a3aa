// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock ls`: names what is in a directory.
struct LsCommand {
  static constexpr const char* kName = "ls";
  static constexpr const char* kHelp = "list a directory";

  std::string object;
  bool long_form = false;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  // Exit code 3 when an entry cannot be looked at; each is named, the rest is listed.
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
