// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_removal.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "pipeline/restore_stage.h"
#include "pipeline/writable_directory.h"

namespace penstock {

Result<std::vector<std::string>> names_in_directory(int directory, const std::string& path) {
  PENSTOCK_TRY_ASSIGN(Descriptor again, open_beneath(directory, ".", O_RDONLY | O_DIRECTORY, 0, path));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(again.number()), closedir);
  if (!stream) return fail_errno(path);
  (void)again.release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  if (errno != 0) return fail_errno(path);
  std::ranges::sort(names);
  return names;
}

void RemovedParts::add(std::string path) {
  if (paths.size() < kPathsMax)
    paths.push_back(std::move(path));
  else
    ++unnamed;
}

void RemovedParts::add(RemovedParts below) {
  for (std::string& path : below.paths) add(std::move(path));
  unnamed += below.unnamed;
}

Status remove_tree(int directory, const std::string& name, const std::string& path,
                   const std::function<bool(const std::string& path)>& takes,
                   const std::function<void(const std::string& path, const Error&)>& stays,
                   RemovedParts* removed) {
  const auto refused = [&](Failure failure) -> Status {
    if (!stays) return failure;
    stays(path, failure.value());
    return {};
  };
  const auto went = [&]() -> Status {
    if (removed != nullptr) removed->add(path);
    return {};
  };
  struct statx status {};
  if (statx(directory, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &status) != 0)
    return errno == ENOENT ? Status() : refused(fail_errno(path));
  if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0)
    return takes(path) ? refused(fail(Errc::failed, path, "another file system is mounted there",
                                      "unmount it, or leave it out with --exclude"))
                       : Status();
  if (!S_ISDIR(status.stx_mode)) {
    if (!takes(path)) return {};
    if (unlinkat(directory, name.c_str(), 0) == 0) return went();
    return errno == ENOENT ? Status() : refused(fail_errno(path));
  }
  auto inside = open_beneath(directory, name, O_RDONLY | O_DIRECTORY, 0, path, RESOLVE_NO_XDEV);
  if (!inside) return refused(Failure(std::move(inside).error()));
  const WritableDirectory writable(inside->number());
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(inside->number(), path));
  const std::string above = path + "/";
  RemovedParts parts;
  for (const std::string& below : names)
    PENSTOCK_TRY(remove_tree(inside->number(), below, above + below, takes, stays, &parts));
  const bool taken = takes(path);
  if (taken && unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0) return went();
  const int error_number = errno;
  if (removed != nullptr) removed->add(std::move(parts));
  if (!taken) return {};
  errno = error_number;
  if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT) return {};
  return refused(fail_errno(path));
}

}  // namespace penstock
