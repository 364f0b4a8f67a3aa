// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock mount`: all commits as a file system.
struct MountCommand {
  static constexpr const char* kName = "mount";
  static constexpr const char* kHelp = "show all commits as a read-only file system";

  std::string directory;
  bool allow_other = false;
  std::string readers;
  std::string nice;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  // Until it is unmounted or told to end.
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
