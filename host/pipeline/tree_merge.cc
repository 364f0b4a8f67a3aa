// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_merge.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "pipeline/restore_stage.h"
#include "pipeline/standing_entries.h"
#include "pipeline/tree_removal.h"
#include "pipeline/writable_directory.h"

namespace penstock {
namespace {

Result<bool> holds_directories_alone(int above, const std::string& name, const std::string& path) {
  struct stat status {};
  if (fstatat(above, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return fail_errno(path);
  if (!S_ISDIR(status.st_mode)) return false;
  PENSTOCK_TRY_ASSIGN(const Descriptor inside, open_beneath(above, name, O_RDONLY | O_DIRECTORY, 0, path));
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(inside.number(), path));
  for (const std::string& below : names) {
    PENSTOCK_TRY_ASSIGN(const bool bare, holds_directories_alone(inside.number(), below, path + "/" + below));
    if (!bare) return false;
  }
  return true;
}

}  // namespace

Result<std::string> TreeMerge::plan() {
  std::string plan;
  for (const std::string& path : moved_) plan += path + '\0';
  PENSTOCK_TRY(plan_entries(stage_, target_, "", plan));
  return plan;
}

Status TreeMerge::plan_entries(int stage, int target, const std::string& path, std::string& plan) {
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(stage, path));
  const std::string above = path.empty() ? path : path + "/";
  for (const std::string& name : names) {
    const Descriptor from = enter_standing(stage, name);
    if (from.number() < 0) continue;
    const Descriptor into = enter_standing(target, name);
    if (into.number() < 0) {
      plan += above + name + '\0';
    } else {
      PENSTOCK_TRY(plan_entries(from.number(), into.number(), above + name, plan));
    }
  }
  return {};
}

void TreeMerge::take_plan(std::string_view plan) {
  for (size_t end = plan.find('\0'); end != std::string_view::npos; end = plan.find('\0')) {
    moved_.emplace(plan.substr(0, end));
    plan.remove_prefix(end + 1);
  }
}

Status TreeMerge::move_all() {
  return move_entries(stage_, target_, "");
}

bool TreeMerge::is_new(std::string_view path) const {
  for (size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1))
    if (moved_.contains(path.substr(0, slash))) return true;
  return moved_.contains(path);
}

Status TreeMerge::move_entries(int stage, int target, const std::string& path) {
  const WritableDirectory writable(target);
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(stage, path));
  const std::string above = path.empty() ? path : path + "/";
  for (const std::string& name : names) PENSTOCK_TRY(move_entry(stage, target, name, above + name));
  return {};
}

// Nothing moves there, and nothing has to where there are but directories for it.
Status TreeMerge::leave_mount_point(int stage, const std::string& name, const std::string& path) {
  PENSTOCK_TRY_ASSIGN(const bool bare, holds_directories_alone(stage, name, path));
  if (!bare)
    return fail(Errc::failed, path, "is another file system",
                "restore what is on it by itself, as COMMIT/PATH");
  if (mount_point_) mount_point_(path);
  return remove_tree(stage, name, path, [](const std::string&) { return true; });
}

Status TreeMerge::move_entry(int stage, int target, const std::string& name, const std::string& path) {
  struct stat staged {};
  struct stat standing {};
  if (fstatat(stage, name.c_str(), &staged, AT_SYMLINK_NOFOLLOW) != 0) return fail_errno(path);
  const bool there = fstatat(target, name.c_str(), &standing, AT_SYMLINK_NOFOLLOW) == 0;
  const bool is_directory = S_ISDIR(staged.st_mode);
  if (there && is_directory && S_ISDIR(standing.st_mode)) {
    if (is_mount_point(target, name)) return leave_mount_point(stage, name, path);
    PENSTOCK_TRY_ASSIGN(const Descriptor from, open_beneath(stage, name, O_RDONLY | O_DIRECTORY, 0, path));
    PENSTOCK_TRY_ASSIGN(const Descriptor into,
                        open_beneath(target, name, O_RDONLY | O_DIRECTORY, 0, path, RESOLVE_NO_XDEV));
    merged_.insert(path);
    PENSTOCK_TRY(move_entries(from.number(), into.number(), path));
    return unlinkat(stage, name.c_str(), AT_REMOVEDIR) == 0 ? Status() : Status(fail_errno(path));
  }
  // A file takes another's place in one step; where a directory is concerned there are two.
  if (there && replace_ && (is_directory || S_ISDIR(standing.st_mode))) {
    PENSTOCK_TRY(remove_tree(target, name, path, [](const std::string&) { return true; }));
  }
  if (renameat2(stage, name.c_str(), target, name.c_str(), replace_ ? 0 : RENAME_NOREPLACE) != 0)
    return fail_errno(path, errno, "restore what is on another file system by itself, as COMMIT/PATH");
  if (is_directory) moved_.insert(path);
  // Of two names of one file rename leaves both.
  if (!is_directory && unlinkat(stage, name.c_str(), 0) != 0 && errno != ENOENT) return fail_errno(path);
  return {};
}

}  // namespace penstock
