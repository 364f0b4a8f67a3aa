// SPDX-License-Identifier: Apache-2.0
#include "appliance/heads_command.h"

#include <memory>
#include <unordered_set>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/commit_text.h"
#include "dag/commit.h"

namespace penstock {

void HeadsCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  global.describe_store(syntax);
  global.describe_json(syntax);
  syntax.examples("  penstock heads                           one, unless commits came from elsewhere\n");
}

Result<int> HeadsCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  std::unordered_set<Cid, CidHash> parents;
  for (const LoggedCommit& logged : store->commits()) {
    PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(*source, logged.cid));
    parents.insert(commit.parents.begin(), commit.parents.end());
  }
  JsonArray array(console);
  for (const LoggedCommit& logged : store->commits()) {
    if (parents.contains(logged.cid)) continue;
    PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(*source, logged.cid));
    if (global.json) {
      array.add(commit_json(logged.cid, commit));
    } else {
      console.print(commit_line(logged.cid, commit));
    }
  }
  if (global.json) array.finish();
  return 0;
}

}  // namespace penstock
