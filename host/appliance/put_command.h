// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "appliance/put_selection.h"
#include "base/result.h"
#include "pipeline/parent_commit.h"

namespace penstock {

class CommandSyntax;
class Store;
struct PutOptions;

// `penstock put`: takes files, trees or standard input into the store and commits them.
struct PutCommand {
  static constexpr const char* kName = "put";
  static constexpr const char* kHelp = "take files, directories or standard input into the store";

  std::vector<std::string> paths;
  std::string name;
  std::string profile = "default";
  std::string codec;  // empty: the store's
  std::string device = "auto";
  std::string verify = "full";
  std::string parent;  // empty: the best there is
  bool reread = false;
  std::string host;            // empty: this machine's name
  std::string lock_wait;       // seconds; empty: none
  std::string settle_seconds;  // empty: kSettleSeconds
  std::string checkpoint;      // empty: CheckpointInterval's
  PutSelection selection;
  bool dry_run = false;
  bool verbose = false;
  std::string threads;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  // Exit code 6 when entries were left out or changed, each named on standard error.
  Result<int> run(const GlobalOptions& global, Console& console) const;

  // What its parent is looked for by.
  ParentQuery parent_query(const SelectedInputs& selected, const PutOptions& options) const;

 private:
  Result<int> put(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
