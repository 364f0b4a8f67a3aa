// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_selection.h"

#include <utility>

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
                                               const std::string& path, bool* damaged) const {
  const auto broken = [&](const Error& error) -> Result<bool> {
    if (!is_damage(error)) return Failure(error);
    if (damaged != nullptr) *damaged = true;
    return false;
  };
  auto cursor = TreeCursor::open(source, tree, [&](const Error& error) { (void)broken(error); });
  if (!cursor) return broken(cursor.error());
  while (true) {
    auto next = cursor->next();
    if (!next) return broken(next.error());
    if (!*next) return false;
    const TreeEntry& entry = **next;
    const std::string below = path.empty() ? entry.name : path + "/" + entry.name;
    if (takes(below)) return true;
    if (!entry.content || !may_take_below(below)) continue;
    const auto kind = entry_kind(source, entry);
    if (!kind) PENSTOCK_TRY(broken(kind.error()));
    if (!kind || *kind != EntryKind::directory) continue;
    PENSTOCK_TRY_ASSIGN(const bool found, takes_any_below(source, entry.directory(), below, damaged));
    if (found) return true;
  }
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
