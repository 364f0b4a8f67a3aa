// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_pruning.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string>
#include <utility>
#include <vector>

#include "dag/directory_reader.h"
#include "dag/entry_kind.h"
#include "pipeline/restore_course.h"
#include "pipeline/restore_stage.h"
#include "pipeline/standing_entries.h"
#include "pipeline/writable_directory.h"

namespace penstock {

TreePruning::TreePruning(BlockSource& source, const RestoreSelection& selection,
                         std::function<void(const std::string& path)> removed,
                         std::function<void(const std::string& path, const Error&)> left)
    : source_(&source), selection_(&selection), removed_(std::move(removed)), left_(std::move(left)) {}

Status TreePruning::prune(int directory, const std::string& path, const TreeDirectory& tree, size_t depth) {
  if (depth > kDirectoryDepthMax) return {};
  bool damaged = false;
  auto cursor = TreeCursor::open(*source_, tree, [&](const Error&) { damaged = true; });
  if (!cursor) return is_damage(cursor.error()) ? Status() : Status(Failure(cursor.error()));
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(directory, path));
  const auto path_of = [&](const std::string& name) { return path.empty() ? name : path + "/" + name; };
  std::vector<std::string> others;
  auto name = names.begin();
  while (true) {
    auto next = cursor->next();
    if (!next) return is_damage(next.error()) ? Status() : Status(Failure(next.error()));
    const TreeEntry* entry = *next ? &**next : nullptr;
    for (; name != names.end() && (entry == nullptr || *name < entry->name); ++name) others.push_back(*name);
    if (entry == nullptr) break;
    if (name == names.end() || *name != entry->name) continue;
    ++name;
    if (!entry->content || entry->content->codec == Multicodec::raw) continue;
    if (is_mount_point(directory, entry->name)) continue;
    const auto kind = entry_kind(*source_, *entry);
    if (!kind && !is_damage(kind.error())) return Failure(kind.error());
    if (!kind || *kind != EntryKind::directory) continue;
    const auto inside =
        open_beneath(directory, entry->name, O_RDONLY | O_DIRECTORY, 0, entry->name, RESOLVE_NO_XDEV);
    if (inside) PENSTOCK_TRY(prune(inside->number(), path_of(entry->name), entry->directory(), depth + 1));
  }
  if (damaged || others.empty()) return {};
  const WritableDirectory writable(directory);
  for (const std::string& other : others) {
    if (path.empty() && other == spared_) continue;
    const std::string below = path_of(other);
    if (!selection_->may_remove_below(below) && !selection_->removes(below)) continue;
    RemovedParts parts;
    const Status status = remove_tree(
        directory, other, below, [&](const std::string& one) { return selection_->removes(one); }, left_,
        &parts);
    tell(parts, below);
    PENSTOCK_TRY(status);
  }
  return {};
}

void TreePruning::tell(const RemovedParts& parts, const std::string& path) {
  entries_removed_ += parts.paths.size() + parts.unnamed;
  if (!removed_) return;
  for (const std::string& part : parts.paths) removed_(part);
  if (parts.unnamed > 0) removed_(path + " (" + std::to_string(parts.unnamed) + " more in it)");
}

}  // namespace penstock
