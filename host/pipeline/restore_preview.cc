// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_preview.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "dag/directory_reader.h"
#include "dag/object_info.h"
#include "pipeline/restore_course.h"
#include "pipeline/restore_stage.h"
#include "pipeline/tree_removal.h"

namespace penstock {
namespace {

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "/" + name;
}

bool stands(int directory, const std::string& name) {
  struct stat status {};
  return directory >= 0 && fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

uint32_t mode_type_of(ObjectKind kind) {
  if (kind == ObjectKind::directory) return kModeDirectory;
  if (kind == ObjectKind::symlink) return kModeSymlink;
  return kind == ObjectKind::file ? kModeFile : 0;
}

}  // namespace

void RestorePreview::tell(PreviewedChange change, const std::string& path) {
  ++report_.changes[static_cast<size_t>(change)];
  if (options_->told) options_->told(change, path);
}

Status RestorePreview::left_out(const std::string& path, const Error& error) {
  if (!is_damage(error)) return Failure(error);
  ++report_.damages;
  if (options_->damage) options_->damage(path, error);
  return {};
}

// The type of an entry by its content, where it has any, and that's size. 0: it is damaged.
Result<uint32_t> RestorePreview::type_of(const TreeEntry& entry, const std::string& path, uint64_t& bytes) {
  bytes = 0;
  if (!entry.content) return entry.meta->mode & kModeType;
  if (entry.content->codec == Multicodec::raw) {
    bytes = entry.meta ? entry.meta->size : entry.dag_bytes;
    return kModeFile;
  }
  const Result<ObjectInfo> info = inspect(*source_, *entry.content);
  if (!info) {
    PENSTOCK_TRY(left_out(path, info.error()));
    return 0;
  }
  if (info->kind == ObjectKind::file) bytes = info->content_bytes;
  return mode_type_of(info->kind);
}

Status RestorePreview::look(const TreeEntry& entry, const std::string& path) {
  uint64_t bytes = 0;
  PENSTOCK_TRY_ASSIGN(const uint32_t type, type_of(entry, path, bytes));
  const bool over = options_->overwrite != Overwrite::refuse;
  PENSTOCK_TRY_ASSIGN(const bool stands_directory,
                      RestoreStage::look_at_target(path, type == kModeDirectory, over));
  if (type == kModeDirectory) {
    Descriptor target;
    if (stands_directory) target = Descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (stands_directory && target.number() < 0) return fail_errno(path);
    if (stands_directory && !over) PENSTOCK_TRY(RestoreStage::check_empty(target.number(), path, {}));
    return look_into(entry, "", target.number(), 0);
  }
  const Standing standing =
      look_at_standing(AT_FDCWD, path, type, entry.meta ? &*entry.meta : nullptr, options_->overwrite);
  report_.kept = standing == Standing::keep;
  if (standing == Standing::mount_point || standing == Standing::in_the_way)
    tell(PreviewedChange::in_the_way, path);
  if (standing == Standing::keep_data) tell(PreviewedChange::metadata, path);
  if (standing != Standing::absent) return {};
  report_.bytes_content += bytes;
  tell(stands(AT_FDCWD, path) ? PreviewedChange::replaced : PreviewedChange::made, path);
  return {};
}

Status RestorePreview::look_into(const TreeEntry& entry, const std::string& path, int standing,
                                 size_t depth) {
  if (depth > kDirectoryDepthMax)
    return left_out(path, {Errc::corrupt, entry.name, "directories are nested deeper than 1024", {}});
  bool damaged = false;
  const auto report = [&](const Error& error) {
    damaged = true;
    (void)left_out(path, error);
  };
  auto cursor = TreeCursor::open(*source_, entry.directory(), report);
  if (!cursor) return left_out(path, cursor.error());
  while (true) {
    auto next = cursor->next();
    if (!next) return left_out(path, next.error());
    if (!*next) break;
    const std::string below = joined(path, (*next)->name);
    PENSTOCK_TRY(look_at(std::move(**next), below, standing, depth));
  }
  return damaged || standing < 0 ? Status() : look_at_others(entry.directory(), path, standing);
}

Status RestorePreview::look_at(TreeEntry entry, const std::string& path, int standing, size_t depth) {
  const bool taken = selection_->takes(path);
  if (!taken && !selection_->may_take_below(path)) return {};
  uint64_t bytes = 0;
  PENSTOCK_TRY_ASSIGN(const uint32_t type, type_of(entry, path, bytes));
  if (type == 0 || (type != kModeDirectory && !taken)) return {};
  report_.takes_any = report_.takes_any || taken;
  if (!entry.content && !options_->specials) return {};
  switch (look_at_standing(standing, entry.name, type, entry.meta ? &*entry.meta : nullptr,
                           options_->overwrite)) {
    case Standing::keep:
      ++report_.kept;
      return {};
    case Standing::keep_data:
      tell(PreviewedChange::metadata, path);
      return {};
    case Standing::in_the_way:
      tell(PreviewedChange::in_the_way, path);
      return {};
    case Standing::mount_point:
      return leave_mount_point(entry, path, type);
    case Standing::absent:
      break;
  }
  const bool replaces = stands(standing, entry.name);
  const Descriptor below = type == kModeDirectory ? enter_standing(standing, entry.name) : Descriptor();
  if (taken && replaces && below.number() < 0 && removal_hindrance(standing, entry.name, path)) {
    tell(PreviewedChange::in_the_way, path);
    return {};
  }
  const auto change = replaces ? PreviewedChange::replaced : PreviewedChange::made;
  if (type != kModeDirectory) {
    if (!entry.meta || entry.meta->hard_link.empty()) report_.bytes_content += bytes;
    tell(change, path);
    return {};
  }
  if (below.number() < 0 && taken) tell(change, path + "/");
  return look_into(entry, path, below.number(), depth + 1);
}

Status RestorePreview::leave_mount_point(const TreeEntry& entry, const std::string& path, uint32_t type) {
  bool full = type != kModeDirectory;
  if (!full) {
    PENSTOCK_TRY_ASSIGN(full, selection_->takes_any_below(*source_, entry.directory(), path));
  }
  selection_->leave_out(path);
  if (full) tell(PreviewedChange::in_the_way, type == kModeDirectory ? path + "/" : path);
  return {};
}

// What stands in a directory and the commit has not.
Status RestorePreview::look_at_others(const TreeDirectory& tree, const std::string& path, int standing) {
  if (!options_->remove_others) return {};
  PENSTOCK_TRY_ASSIGN(auto cursor, TreeCursor::open(*source_, tree, [](const Error&) {}));
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(standing, path));
  std::optional<TreeEntry> entry;
  bool more = true;
  for (const std::string& name : names) {
    while (more && (!entry || entry->name < name)) {
      PENSTOCK_TRY_ASSIGN(entry, cursor.next());
      more = entry.has_value();
    }
    if (!entry || entry->name != name) {
      Lines lines;
      PENSTOCK_TRY_ASSIGN(const bool goes, find_removed(standing, name, joined(path, name), lines));
      (void)goes;
      for (const auto& [change, what] : lines) tell(change, what);
    }
  }
  return {};
}

// Whether all of it goes. Then it has one line, where no patterns choose; otherwise there is one for each
// entry that does, and for what cannot.
Result<bool> RestorePreview::find_removed(int directory, const std::string& name, const std::string& path,
                                          Lines& lines) {
  const bool taken = selection_->removes(path);
  if (!taken && !selection_->may_remove_below(path)) return false;
  if (taken && is_mount_point(directory, name)) {
    lines.emplace_back(PreviewedChange::in_the_way, path);
    return false;
  }
  const size_t before = lines.size();
  bool all = taken;
  const Descriptor inside = enter_standing(directory, name);
  if (inside.number() >= 0) {
    PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(inside.number(), path));
    for (const std::string& below : names) {
      PENSTOCK_TRY_ASSIGN(const bool goes, find_removed(inside.number(), below, joined(path, below), lines));
      all = all && goes;
    }
  }
  if (!all) return false;
  if (selection_->takes_all()) lines.resize(before);
  lines.emplace_back(PreviewedChange::removed, path);
  return true;
}

}  // namespace penstock
