// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock get`: restores an object, or part of a file.
struct GetCommand {
  static constexpr const char* kName = "get";
  static constexpr const char* kHelp = "restore a file, a directory or part of a file";

  std::string object;
  std::string output;  // empty: standard output, for a file that does not go to a terminal
  std::string range;
  std::vector<std::string> include;  // patterns, of paths below OBJECT
  std::vector<std::string> exclude;
  std::string overwrite;  // empty: the output must not be there
  bool remove_others = false;
  bool remove_untaken = false;
  std::string owners;  // empty: names
  bool no_special = false;
  bool dry_run = false;
  bool verify = false;
  std::string max_size;
  std::string threads;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  // Exit code 3 when files of a tree, or its metadata, are damaged: each is named and left out, the rest is
  // restored. 6: special files could not be made.
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
