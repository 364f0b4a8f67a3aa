// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock verify`: reads and checks what is stored.
struct VerifyCommand {
  static constexpr const char* kName = "verify";
  static constexpr const char* kHelp = "read and check every byte of the store, or of one object";

  std::string object;  // empty: the whole store
  std::string threads;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  // Exit code 3 when there is damage; each is named on standard error.
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
