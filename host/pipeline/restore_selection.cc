// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_selection.h"

#include <utility>

#include "dag/directory_reader.h"
#include "dag/entry_kind.h"
#include "pipeline/restore_course.h"

namespace penstock {
RestoreSelection::RestoreSelection(PathPatterns include, PathPatterns exclude, std::string within)
    : include_(std::move(include)), exclude_(std::move(exclude)), within_(std::move(within)) {}

bool RestoreSelection::is_left_out(std::string_view path) const {
  if (left_out_.empty()) return false;
  for (size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1))
    if (left_out_.contains(path.substr(0, slash))) return true;
  return left_out_.contains(path);
}

bool RestoreSelection::takes(std::string_view path) const {
  if (is_left_out(path)) return false;
  const std::string whole = "/" + std::string(path);
  return !exclude_.match(whole) && (include_.empty() || include_.match(whole));
}

bool RestoreSelection::may_take_below(std::string_view path) const {
  if (is_left_out(path)) return false;
  const std::string whole = "/" + std::string(path);
  return !exclude_.match(whole) && (include_.empty() || include_.may_match_below(whole));
}

Result<bool> RestoreSelection::takes_any_below(BlockSource& source, const TreeDirectory& tree,
                                               const std::string& path, uint64_t entries_max) const {
  return search(source, tree, path, 0, entries_max);
}

// A tree of few blocks can have any number of entries.
Result<bool> RestoreSelection::search(BlockSource& source, const TreeDirectory& tree, const std::string& path,
                                      size_t depth, uint64_t& entries_left) const {
  const auto broken = [](const Error& error) {
    return is_damage(error) ? Result<bool>(false) : Result<bool>(Failure(error));
  };
  if (depth > kDirectoryDepthMax) return false;  // as nothing there is restored
  auto cursor = TreeCursor::open(source, tree, [](const Error&) {});
  if (!cursor) return broken(cursor.error());
  while (true) {
    auto next = cursor->next();
    if (!next) return broken(next.error());
    if (!*next) return false;
    const TreeEntry& entry = **next;
    const std::string below = path.empty() ? entry.name : path + "/" + entry.name;
    if (entries_left == 0 || takes(below)) return true;
    --entries_left;
    if (!entry.content || !may_take_below(below)) continue;
    const auto kind = entry_kind(source, entry);
    if (!kind) PENSTOCK_TRY(broken(kind.error()));
    if (!kind || *kind != EntryKind::directory) continue;
    PENSTOCK_TRY_ASSIGN(const bool found, search(source, entry.directory(), below, depth + 1, entries_left));
    if (found) return true;
  }
}

Failure RestoreSelection::nothing_taken() {
  return fail(Errc::absent, "--include", "matches nothing there that --exclude leaves",
              "patterns are of paths below what is restored; see them with: penstock ls");
}

std::optional<std::string> RestoreSelection::link_source(const MetaEntry& entry, const std::string& path) {
  if (entry.hard_link.empty()) return std::nullopt;
  std::string_view first = entry.hard_link;
  const bool below =
      within_.empty() || (first.starts_with(within_) && first.substr(within_.size()).starts_with('/'));
  if (below) {
    if (!within_.empty()) first.remove_prefix(within_.size() + 1);
    bool taken = takes(first);
    // What lies in a directory that is excluded is not met, whatever takes it back.
    for (size_t slash = first.find('/'); taken && slash != std::string_view::npos;
         slash = first.find('/', slash + 1))
      taken = may_take_below(first.substr(0, slash));
    if (taken) return std::string(first);
  }
  const std::string& stand_in = stand_ins_.try_emplace(entry.hard_link, path).first->second;
  return stand_in == path ? std::nullopt : std::optional(stand_in);
}

}  // namespace penstock
