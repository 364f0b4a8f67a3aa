// SPDX-License-Identifier: Apache-2.0
#include "appliance/find_command.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/commit_listing.h"
#include "appliance/commit_text.h"
#include "appliance/entry_meta_text.h"
#include "appliance/json_text.h"
#include "appliance/line_text.h"
#include "appliance/named_entry.h"
#include "appliance/object_name.h"
#include "appliance/object_text.h"
#include "appliance/past_time.h"
#include "appliance/tree_search.h"
#include "base/size_text.h"

namespace penstock {
namespace {

constexpr std::array<std::pair<char, EntryKind>, 7> kLetters = {{
    {'f', EntryKind::file},
    {'d', EntryKind::directory},
    {'l', EntryKind::symlink},
    {'p', EntryKind::fifo},
    {'s', EntryKind::socket},
    {'b', EntryKind::block_device},
    {'c', EntryKind::character_device},
}};

Result<EntryKind> parse_kind(const std::string& text) {
  const auto* found = std::ranges::find(kLetters, text.front(), &std::pair<char, EntryKind>::first);
  if (text.size() == 1 && found != kLetters.end()) return found->second;
  return fail(Errc::usage, "--type " + text, "is no kind of entry",
              "give f (file), d (directory), l (symlink), p (FIFO), s (socket), b or c (device)");
}

Result<EntryWish> parse_wish(const FindCommand& command, int64_t now) {
  PENSTOCK_TRY_ASSIGN(PathPattern pattern, PathPattern::parse(command.pattern, command.ignore_case));
  if (pattern.takes_back())
    return fail(Errc::usage, "pattern " + command.pattern, "takes back what no other pattern matched",
                "leave the ! out, or write \\!");
  EntryWish wish{std::move(pattern), {}, {}, {}, {}, {}};
  if (!command.kind.empty()) {
    PENSTOCK_TRY_ASSIGN(wish.kind, parse_kind(command.kind));
  }
  if (!command.newer.empty()) {
    PENSTOCK_TRY_ASSIGN(wish.newer, parse_past_time("--newer", command.newer, now));
  }
  if (!command.older.empty()) {
    PENSTOCK_TRY_ASSIGN(wish.older, parse_past_time("--older", command.older, now));
  }
  if (!command.larger.empty()) {
    PENSTOCK_TRY_ASSIGN(wish.larger, parse_size(command.larger));
  }
  if (!command.smaller.empty()) {
    PENSTOCK_TRY_ASSIGN(wish.smaller, parse_size(command.smaller));
  }
  return wish;
}

// Prints what is found in one commit after the other.
class FoundEntries {
 public:
  FoundEntries(bool json, Console& console) : json_(json), console_(&console), array_(console) {}

  void begin(const CommitTree& tree, std::string start) {
    tree_ = &tree;
    start_ = std::move(start);
  }
  Status add(const TreeSearch::Found& found) {
    found_ = true;
    if (json_) {
      array_.add(json_entry(found));
    } else {
      const bool directory = found.kind == EntryKind::directory;
      console_->print(start_ + (found.path.empty() ? "" : "/" + entry_text(found.path, directory)) + "\n");
    }
    return {};
  }
  void report(const Error& error) {
    damaged_ = true;
    Error placed = error;
    placed.what = start_ + ": " + placed.what;
    console_->report(placed);
  }
  // The exit code. Nothing is what a wrong pattern finds too, so that is told.
  int finish(const std::string& pattern) {
    if (json_) array_.finish();
    if (damaged_) return static_cast<int>(Errc::corrupt);
    if (found_) return 0;
    console_->report(
        {Errc::absent, pattern, "no entry matches", "paths begin at the commit's top: penstock ls HEAD"});
    return static_cast<int>(Errc::absent);
  }

 private:
  Json json_entry(const TreeSearch::Found& found) const {
    Json object;
    object["commit"] = tree_->cid.text();
    object["commit_time"] = time_text(tree_->commit.time_ns);
    set_text(object, "path", found.path);
    object["cid"] = found.entry.content ? Json(found.entry.content->text()) : Json();
    object["kind"] = entry_kind_text(found.kind);
    if (!found.entry.meta) return object;
    if (found.kind == EntryKind::file) object["content_bytes"] = found.entry.meta->size;
    set_meta(object, *found.entry.meta, tree_->meta);
    return object;
  }

  const bool json_;
  Console* console_;
  JsonArray array_;
  const CommitTree* tree_ = nullptr;
  std::string start_;
  bool found_ = false;
  bool damaged_ = false;
};

}  // namespace

void FindCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("PATTERN", pattern,
                           "name, path or pattern of these: *, ?, [a-z], ** for any directories");
  global.describe_store(syntax);
  syntax.value("--commit", commit, "COMMIT",
               "where to look: a CID, HEAD~1, NAME: (default HEAD, the newest)");
  syntax.flag("--all", all, "look in every commit, the newest first");
  filter.describe(syntax);
  syntax.flag("-i,--ignore-case", ignore_case, "letters match in upper and lower case (ASCII)");
  syntax.value("--type", kind, "f|d|l|p|s|b|c",
               "file, directory, symlink, FIFO, socket, block or character device");
  syntax.value("--newer", newer, "TIME", "last written then or later: 2026-11-21, 90d (ago)");
  syntax.value("--older", older, "TIME", "last written then or earlier");
  syntax.value("--larger", larger, "SIZE", "files of more bytes");
  syntax.value("--smaller", smaller, "SIZE", "files of fewer bytes");
  global.describe_json(syntax);
  syntax.examples(
      "  penstock find '*.conf'                   in the newest commit, at any depth\n"
      "  penstock find '/ssh/**/*.pub' --all      from the commit's top on (/etc, if that was put), in every "
      "commit\n"
      "  penstock find core --type f --larger 1G --newer 7d\n"
      "Each line is what get, ls and stat take: COMMIT/PATH. A commit filter looks in all that it leaves.\n");
}

Result<int> FindCommand::run(const GlobalOptions& global, Console& console) const {
  const int64_t now = std::time(nullptr);
  PENSTOCK_TRY_ASSIGN(const EntryWish wish, parse_wish(*this, now));
  PENSTOCK_TRY_ASSIGN(const CommitWish commits, filter.parse(now));
  const bool several = all || filter.any();
  if (several && !commit.empty())
    return fail(Errc::usage, "--commit", "names one commit, and another option asks for several",
                "give one of the two");
  PENSTOCK_TRY_ASSIGN(ObjectName start, parse_object_name(commit.empty() ? "HEAD" : commit));
  if (!start.path.empty())
    return fail(Errc::usage, "--commit " + commit, "has a path", "put it into the pattern: /PATH/**/NAME");
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();

  FoundEntries found(global.json, console);
  TreeSearch search(
      *source, wish, [&](const TreeSearch::Found& one) { return found.add(one); },
      [&](const Error& error) { found.report(error); });
  const auto look_in = [&](const Cid& cid, const std::string& name) -> Status {
    PENSTOCK_TRY_ASSIGN(const ReadableTree readable, open_readable_tree(*source, cid));
    found.begin(readable.tree, name);
    if (readable.damage) found.report(*readable.damage);
    return search.search(readable.tree);
  };
  if (!several) {
    PENSTOCK_TRY(resolve_start(start, *store, *source));
    PENSTOCK_TRY_ASSIGN(const Cid cid, named_start(start, *store));
    PENSTOCK_TRY(look_in(cid, start.text));
    return found.finish(line_text(pattern));
  }
  CommitListing listing(*source, false, console);
  int code = 0;
  const auto logged = store->commits();
  for (size_t left = logged.size(); left > 0; --left) {
    const Cid& cid = logged[left - 1].cid;
    PENSTOCK_TRY_ASSIGN(const std::optional<Commit> read, listing.read(cid));
    if (!read) continue;
    PENSTOCK_TRY_ASSIGN(const bool wanted, listing.wanted(cid, *read, commits));
    if (!wanted) continue;
    const Status looked = look_in(cid, cid.text());
    if (looked) continue;
    if (looked.error().code == Errc::failed) return Failure(looked.error());
    console.report(looked.error());
    code = static_cast<int>(Errc::corrupt);
  }
  code = std::max(code, listing.finish());
  const int looked = found.finish(line_text(pattern));
  return code != 0 ? code : looked;
}

}  // namespace penstock
