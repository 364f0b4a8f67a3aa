// SPDX-License-Identifier: Apache-2.0
#include "appliance/log_command.h"

#include <cstdint>
#include <memory>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/commit_text.h"
#include "appliance/object_name.h"
#include "dag/commit.h"
#include "dag/object_source.h"

namespace penstock {

void LogCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.optional_argument("COMMIT", start, "where to begin (default HEAD, the newest)");
  global.describe_store(syntax);
  syntax.value("--limit", limit, "N", "at most this many");
  global.describe_json(syntax);
  syntax.examples(
      "  penstock log --limit 5                   CID, time, size, root and name of the last five\n");
}

Result<int> LogCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const ObjectName name, parse_object_name(start.empty() ? "HEAD" : start));
  uint64_t left = UINT64_MAX;
  if (!limit.empty()) {
    PENSTOCK_TRY_ASSIGN(left, parse_count("--limit", limit));
  }
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  JsonArray array(console);
  // An empty store has an empty history, which is no error unless a commit was asked for.
  const bool empty = start.empty() && store->commits().empty();
  if (!empty) {
    PENSTOCK_TRY_ASSIGN(const auto found, find_object(name, *store, *source));
    Cid cid = found.cid;
    ObjectSource history(*source, cid);
    for (; left > 0 && cid != genesis_cid(); --left) {
      PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(history, cid));
      if (global.json) {
        array.add(commit_json(cid, commit));
      } else {
        console.print(commit_line(cid, commit));
      }
      cid = commit.parents.empty() ? genesis_cid() : commit.parents.front();
    }
  }
  if (global.json) array.finish();
  return 0;
}

}  // namespace penstock
