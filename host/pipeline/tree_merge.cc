// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_merge.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include "pipeline/restore_stage.h"
#include "pipeline/standing_entries.h"
#include "pipeline/tree_removal.h"
#include "pipeline/writable_directory.h"

namespace penstock {
namespace {

// Of what stands in an entry's place, not of the directory around it.
bool is_held(int error_number) {
  return error_number == EPERM || error_number == EBUSY;
}

// Not of others' directories.
void close_directory(int directory, unsigned mode) {
  struct stat status {};
  if (fstat(directory, &status) != 0) return;
  const unsigned before = status.st_mode & 07777;
  const unsigned closed = (before & (mode | 07000)) | 0700;
  if (closed != before) (void)fchmod(directory, closed);
}

bool everything(const std::string&) {
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
  if (top_mode_) close_directory(target_, *top_mode_);
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

// What stands there stays, as an immutable file does, and a directory with something mounted in it.
Status TreeMerge::leave_out(int stage, const std::string& name, const std::string& path, const Error& error) {
  if (left_) left_(path, error);
  return remove_tree(stage, name, path, everything);
}

Status TreeMerge::move_entry(int stage, int target, const std::string& name, const std::string& path) {
  struct stat staged {};
  struct stat standing {};
  if (fstatat(stage, name.c_str(), &staged, AT_SYMLINK_NOFOLLOW) != 0) return fail_errno(path);
  const bool there = fstatat(target, name.c_str(), &standing, AT_SYMLINK_NOFOLLOW) == 0;
  const bool is_directory = S_ISDIR(staged.st_mode);
  if (there && is_directory && S_ISDIR(standing.st_mode)) {
    PENSTOCK_TRY_ASSIGN(const Descriptor from, open_beneath(stage, name, O_RDONLY | O_DIRECTORY, 0, path));
    PENSTOCK_TRY_ASSIGN(const Descriptor into,
                        open_beneath(target, name, O_RDONLY | O_DIRECTORY, 0, path, RESOLVE_NO_XDEV));
    if (top_mode_) close_directory(into.number(), staged.st_mode);
    merged_.insert(path);
    PENSTOCK_TRY(move_entries(from.number(), into.number(), path));
    return unlinkat(stage, name.c_str(), AT_REMOVEDIR) == 0 ? Status() : Status(fail_errno(path));
  }
  // A file takes another's place in one step; where a directory is concerned there are two, and what cannot
  // go whole is not begun with.
  std::optional<Error> stays;
  if (there && replace_ && (is_directory || S_ISDIR(standing.st_mode))) {
    stays = removal_hindrance(target, name, path);
    if (!stays)
      PENSTOCK_TRY(remove_tree(target, name, path, everything,
                               [&](const std::string&, const Error& error) { stays = error; }));
  }
  if (stays) return leave_out(stage, name, path, *stays);
  if (renameat2(stage, name.c_str(), target, name.c_str(), replace_ ? 0 : RENAME_NOREPLACE) != 0) {
    const int error = errno;
    Failure failure =
        fail_errno(path, error, "restore what is on another file system by itself, as COMMIT/PATH");
    if (there && is_held(error)) return leave_out(stage, name, path, failure.value());
    return failure;
  }
  if (is_directory) moved_.insert(path);
  // Of two names of one file rename leaves both.
  if (!is_directory && unlinkat(stage, name.c_str(), 0) != 0 && errno != ENOENT) return fail_errno(path);
  return {};
}

}  // namespace penstock
