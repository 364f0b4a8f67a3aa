// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/commit_filter.h"
#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock find`: names the entries of commits that a pattern matches.
struct FindCommand {
  static constexpr const char* kName = "find";
  static constexpr const char* kHelp = "find entries by name, kind, time and size";

  std::string pattern;
  std::string commit;  // empty: HEAD
  bool all = false;
  bool ignore_case = false;
  CommitFilter filter;
  std::string kind;
  std::string newer;
  std::string older;
  std::string larger;
  std::string smaller;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  // Exit code 3 when a commit or directory cannot be read; each is named, the rest is searched.
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
