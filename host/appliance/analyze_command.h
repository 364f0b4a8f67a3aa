// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock analyze`: reads data as a put would and stores nothing.
struct AnalyzeCommand {
  static constexpr const char* kName = "analyze";
  static constexpr const char* kHelp = "say where reduction would come from, without a store";

  std::vector<std::string> paths;
  std::string chunker = "cdc:16K:64K:256K";
  std::string profile = "default";
  std::string codec = "auto";
  std::string device = "auto";
  std::string threads;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  // Exit code 6 when entries were left out or changed, each named on standard error.
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
