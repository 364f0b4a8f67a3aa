// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/commit_filter.h"
#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock log`: lists commits along first parents.
struct LogCommand {
  static constexpr const char* kName = "log";
  static constexpr const char* kHelp = "list the commits that led to the newest one";

  std::string start;  // empty: HEAD
  std::string limit;
  CommitFilter filter;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
