// SPDX-License-Identifier: Apache-2.0
#include "appliance/heads_command.h"

#include <memory>
#include <optional>
#include <unordered_set>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/commit_listing.h"
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
  CommitListing listing(*source, global.json, console);
  std::unordered_set<Cid, CidHash> parents;
  Cid previous = genesis_cid();
  for (const LoggedCommit& logged : store->commits()) {
    PENSTOCK_TRY_ASSIGN(const std::optional<Commit> commit, listing.read(logged.cid));
    if (commit) {
      parents.insert(commit->parents.begin(), commit->parents.end());
    } else {
      parents.insert(previous);  // a store's history is one line
    }
    previous = logged.cid;
  }
  for (const LoggedCommit& logged : store->commits()) {
    if (parents.contains(logged.cid)) continue;
    PENSTOCK_TRY_ASSIGN(const std::optional<Commit> commit, listing.read(logged.cid));
    listing.add(logged.cid, commit);
  }
  return listing.finish();
}

}  // namespace penstock
