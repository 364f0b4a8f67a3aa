// SPDX-License-Identifier: Apache-2.0
#include "appliance/object_name.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "appliance/line_text.h"
#include "dag/commit.h"
#include "dag/directory_reader.h"
#include "dag/history.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

constexpr size_t kLettersMin = 8;   // as mount shows of a CID
constexpr size_t kLettersMax = 40;  // what is longer was meant for a whole one
constexpr size_t kListedMax = 5;
constexpr size_t kDigitsMax = 15;
constexpr size_t kNamesComparedMax = 4096;  // of the newest commits

Failure no_name(std::string_view text) {
  const std::string shown = "'" + line_text(text) + "'";
  if (text.empty()) return fail(Errc::usage, "''", "it names no object", "give HEAD, or a CID");
  if (text == "." || text == ".." || text.starts_with('/') || text.starts_with("./") ||
      text.starts_with("../"))
    return fail(Errc::usage, shown, "it is a path of this machine, not of the store",
                "what is in the store is HEAD/PATH, from the commit's top on; see: penstock ls HEAD");
  return fail(Errc::usage, shown, "it is neither HEAD nor a CID, nor 8 letters or more of a commit's",
              "HEAD is the newest commit, NAME: the newest of that name; see: penstock log");
}

bool has_base32_letters(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

// Takes "~N" off the end of `start`: N, or 0 where there is none.
uint64_t take_before(std::string_view& start) {
  const size_t tilde = start.rfind('~');
  if (tilde == std::string_view::npos) return 0;
  const std::string_view digits = start.substr(tilde + 1);
  uint64_t before = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), before);
  if (digits.empty() || digits.size() > kDigitsMax || error != std::errc() ||
      end != digits.data() + digits.size())
    return 0;
  start = start.substr(0, tilde);
  return before;
}

// What stands before the path where that begins behind a slash.
std::string_view before_slash(std::string_view text) {
  return text.substr(0, text.find('/'));
}

// Whether who types `text`, which is NAME:PATH, may mean commits of another name, which cannot be written so:
// it ends at another colon, or at the slash, or in what was taken for ~N.
bool may_mean(std::string_view text, std::string_view name, std::string_view other) {
  const std::string_view start = before_slash(text);
  const size_t colon = start.find(':');
  if (other == name || !start.starts_with(other)) return false;
  std::string_view behind = start.substr(other.size());
  if (other.size() <= colon) return other.size() == colon;
  if (other.size() == colon + 1) return false;
  behind = behind.substr(0, behind.find(':'));
  take_before(behind);
  return behind.empty();
}

// Whether there can be such names.
bool may_mean_others(std::string_view text, std::string_view name) {
  const std::string_view start = before_slash(text);
  const size_t colon = start.find(':');
  return colon != name.size() || colon + 1 != start.size();
}

std::string without_slashes_behind(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

// The commit whose CID begins with the letters, or ends in them.
Result<Cid> commit_of_letters(const ObjectName& name, const Store& store) {
  std::vector<Cid> found;
  for (const LoggedCommit& logged : store.commits()) {
    const std::string text = logged.cid.text();
    if (text.starts_with(name.letters) || text.ends_with(name.letters)) found.push_back(logged.cid);
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    return fail(Errc::absent, "'" + name.letters + "'", "no commit's CID begins with that, or ends in it",
                "penstock log lists commits; other objects are named by whole CIDs");
  std::string all;
  for (const Cid& cid : std::span(found).first(std::min(found.size(), kListedMax))) all += " " + cid.text();
  if (found.size() > kListedMax) all += " and others";
  return fail(Errc::usage, "'" + name.letters + "'",
              std::to_string(found.size()) + " commits have these letters:" + all, "give more of them");
}

// The newest commit of a name, or the N-th before it. Beyond it others are looked at for their names alone.
Result<Cid> commit_of_name(const ObjectName& name, const Store& store, BlockSource& source) {
  uint64_t left = name.before;
  const auto commits = store.commits();
  const size_t compared = may_mean_others(name.text, *name.name) ? kNamesComparedMax : 0;
  std::optional<Cid> found;
  for (size_t at = commits.size(); at > 0 && (!found || commits.size() - at < compared); --at) {
    const auto commit = read_commit(source, commits[at - 1].cid);
    if (!commit && commit.error().code == Errc::failed) return Failure(commit.error());
    if (!commit && found) continue;
    if (!commit)
      return fail(Errc::corrupt, "commit " + commits[at - 1].cid.text(),
                  "it cannot be read, and may be the one called '" + line_text(*name.name) + "'",
                  "name the commit that you want by its CID: penstock log --name");
    if (may_mean(name.text, *name.name, commit->name))
      return fail(Errc::usage, "'" + line_text(name.text) + "'",
                  "commits are called '" + line_text(commit->name) + "' too, which cannot be written so",
                  "name the one that you want by its CID: penstock log --name; behind NAME:/ stands a path");
    if (found || commit->name != *name.name) continue;
    if (left == 0) {
      found = commits[at - 1].cid;
    } else {
      --left;
    }
  }
  if (found) return *found;
  const bool some = left < name.before;
  return fail(Errc::absent, name.start,
              some ? "only " + std::to_string(name.before - left) + " commits are called that"
                   : "no commit is called that",
              "penstock log lists commits; put --name names them");
}

// A store's history is one line: where the log has the commit, nothing needs to be read.
Result<Cid> commit_before(const Cid& start, uint64_t before, const Store& store, BlockSource& source) {
  const auto commits = store.commits();
  const auto at = std::ranges::find(commits, start, &LoggedCommit::cid);
  uint64_t behind = 0;
  if (at != commits.end()) {
    behind = static_cast<uint64_t>(at - commits.begin());
    if (before <= behind) return commits[behind - before].cid;
  } else {
    PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(source, start));
    if (commit.depth > before) {
      const auto look = [&](const Cid& cid) { return read_commit(source, cid); };
      PENSTOCK_TRY_ASSIGN(const Ancestor ancestor, find_ancestor(start, commit.depth - before, look));
      return ancestor.cid;
    }
    behind = commit.depth == 0 ? 0 : commit.depth - 1;
  }
  return fail(Errc::absent, start.text() + "~" + std::to_string(before),
              "only " + std::to_string(behind) + " commits stand before it", "penstock log lists them");
}

}  // namespace

Result<ObjectName> parse_object_name(std::string_view text) {
  ObjectName name;
  name.text = text;
  const size_t slash = std::min(text.find('/'), text.size());
  const size_t colon = text.find(':');
  const bool named = colon < slash;
  const size_t end = named ? colon : slash;
  std::string_view start = text.substr(0, end);
  if (start.empty()) return no_name(text);
  name.start = text.substr(0, end);
  name.start += named ? ':' : '/';
  std::string_view path = text.substr(std::min(end + 1, text.size()));
  if (named && path.starts_with('/')) path.remove_prefix(1);
  name.path = without_slashes_behind(path);
  name.before = take_before(start);
  if (named) {
    if (start.empty()) return no_name(text);
    name.name = start;
    return name;
  }
  if (start == "HEAD") return name;
  if (auto cid = parse_cid(start)) {
    name.cid = *cid;
    return name;
  } else if (start.size() > kLettersMax || start.starts_with("Qm")) {
    cid.error().remedy += "; or HEAD, the newest commit";
    return Failure(std::move(cid).error());
  }
  if (start.size() < kLettersMin || !has_base32_letters(start)) return no_name(text);
  name.letters = start;
  return name;
}

bool leads_to_commits(std::string_view name) {
  std::string_view left = name;
  take_before(left);
  return !name.empty() && left == name && name.find_first_of(":/") == std::string_view::npos;
}

Status resolve_start(ObjectName& name, const Store& store, BlockSource& source) {
  if (name.name) {
    PENSTOCK_TRY_ASSIGN(name.cid, commit_of_name(name, store, source));
    return {};
  }
  if (!name.letters.empty()) {
    PENSTOCK_TRY_ASSIGN(name.cid, commit_of_letters(name, store));
  }
  if (name.before > 0) {
    PENSTOCK_TRY_ASSIGN(const Cid start, named_start(name, store));
    PENSTOCK_TRY_ASSIGN(name.cid, commit_before(start, name.before, store, source));
  }
  return {};
}

ObjectName start_of(const ObjectName& name) {
  ObjectName start = name;
  start.path.clear();
  return start;
}

Result<Cid> named_start(const ObjectName& name, const Store& store) {
  if (name.cid) return *name.cid;
  if (!store.commits().empty()) return store.commits().back().cid;
  return fail(Errc::absent, "HEAD", "the store has no commit", "penstock put makes one");
}

Result<NamedObject> find_object(const ObjectName& name, const Store& store, BlockSource& source) {
  PENSTOCK_TRY_ASSIGN(const Cid start, named_start(name, store));
  auto info = inspect(source, start);
  if (!info && info.error().code == Errc::absent) {
    return fail(Errc::absent, start.text(), "there is no such object in the store",
                "penstock log lists commits");
  }
  if (!info) return Failure(std::move(info).error());
  if (name.path.empty()) return NamedObject{start, *info};
  PENSTOCK_TRY_ASSIGN(const Cid cid, resolve_path(source, start, name.path));
  // It has a link from an object that is there: that it is missing is damage.
  ObjectSource whole(source, start);
  PENSTOCK_TRY_ASSIGN(*info, inspect(whole, cid));
  return NamedObject{cid, *info};
}

Result<NamedObject> find_content(const ObjectName& name, const Store& store, BlockSource& source) {
  PENSTOCK_TRY_ASSIGN(NamedObject found, find_object(name, store, source));
  if (found.info.kind != ObjectKind::commit) return found;
  PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(source, found.cid));
  ObjectSource whole(source, found.cid);
  found.cid = commit.root;
  PENSTOCK_TRY_ASSIGN(found.info, inspect(whole, found.cid));
  return found;
}

}  // namespace penstock
