// SPDX-License-Identifier: Apache-2.0
#include "appliance/log_command.h"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <span>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/commit_listing.h"
#include "appliance/object_name.h"
#include "dag/commit.h"

namespace penstock {
namespace {

// The commits of a store by their places in its log, newest first: asked for older and older ones, it goes
// through them once.
class OlderCommits {
 public:
  explicit OlderCommits(std::span<const LoggedCommit> commits) : commits_(commits) {}

  // The commit acknowledged before `cid`, which is its first parent, as a store's history is one line;
  // genesis where there is none.
  Cid before(const Cid& cid) {
    while (!commits_.empty()) {
      const bool met = commits_.back().cid == cid;
      commits_ = commits_.first(commits_.size() - 1);
      if (met) break;
    }
    return commits_.empty() ? genesis_cid() : commits_.back().cid;
  }

 private:
  std::span<const LoggedCommit> commits_;
};

// Where the listing begins. A commit that the store's log has may be damaged; any other must be readable.
Result<Cid> first_commit(const ObjectName& name, const Store& store, BlockSource& source) {
  PENSTOCK_TRY_ASSIGN(const Cid start, named_start(name, store));
  if (name.path.empty() &&
      std::ranges::find(store.commits(), start, &LoggedCommit::cid) != store.commits().end())
    return start;
  PENSTOCK_TRY_ASSIGN(const NamedObject found, find_object(name, store, source));
  PENSTOCK_TRY(read_commit(source, found.cid));
  return found.cid;
}

}  // namespace

void LogCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.optional_argument("COMMIT", start,
                           "where to begin: a CID, HEAD~1, NAME: (default HEAD, the newest)");
  global.describe_store(syntax);
  syntax.value("--limit", limit, "N", "at most this many");
  filter.describe(syntax);
  global.describe_json(syntax);
  syntax.examples(
      "  penstock log --limit 5                   CID, time, size, root, name, host and paths of five\n"
      "  penstock log --path /etc --since 30d     commits of the last month that hold /etc\n");
}

Result<int> LogCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(ObjectName name, parse_object_name(start.empty() ? "HEAD" : start));
  uint64_t left = UINT64_MAX;
  if (!limit.empty()) {
    PENSTOCK_TRY_ASSIGN(left, parse_count("--limit", limit));
  }
  PENSTOCK_TRY_ASSIGN(const CommitWish wish, filter.parse(std::time(nullptr)));
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  CommitListing listing(*source, global.json, console);
  const auto finish = [&](bool some) {
    const int code = listing.finish();
    if (code != 0 || some || !filter.any()) return code;
    console.report(
        {Errc::absent, "log", "no commit is of this name, host, path and time", "penstock log lists all"});
    return static_cast<int>(Errc::absent);
  };
  // An empty store has an empty history, which is no error unless a commit was asked for.
  if (start.empty() && store->commits().empty()) return finish(false);

  PENSTOCK_TRY(resolve_start(name, *store, *source));
  PENSTOCK_TRY_ASSIGN(Cid cid, first_commit(name, *store, *source));
  OlderCommits older(store->commits());
  bool some = left == 0;
  while (left > 0 && cid != genesis_cid()) {
    PENSTOCK_TRY_ASSIGN(const std::optional<Commit> commit, listing.read(cid));
    // Of what cannot be read nobody knows whether it was wanted.
    bool wanted = commit || !filter.any();
    if (commit) {
      PENSTOCK_TRY_ASSIGN(wanted, listing.wanted(cid, *commit, wish));
    }
    if (wanted) {
      listing.add(cid, commit);
      some = true;
      --left;
    }
    if (!commit) {
      cid = older.before(cid);
    } else {
      cid = commit->parents.empty() ? genesis_cid() : commit->parents.front();
    }
  }
  return finish(some);
}

}  // namespace penstock
