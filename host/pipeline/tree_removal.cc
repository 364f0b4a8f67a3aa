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

Status remove_tree(int directory, const std::string& name, const std::string& path,
                   const std::function<bool(const std::string& path)>& takes) {
  struct stat status {};
  if (fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? Status() : Status(fail_errno(path));
  if (!S_ISDIR(status.st_mode)) {
    if (!takes(path) || unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) return {};
    return fail_errno(path);
  }
  PENSTOCK_TRY_ASSIGN(const Descriptor inside,
                      open_beneath(directory, name, O_RDONLY | O_DIRECTORY, 0, path, RESOLVE_NO_XDEV));
  const WritableDirectory writable(inside.number());
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(inside.number(), path));
  const std::string above = path + "/";
  for (const std::string& below : names)
    PENSTOCK_TRY(remove_tree(inside.number(), below, above + below, takes));
  if (!takes(path) || unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0) return {};
  return errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT ? Status() : Status(fail_errno(path));
}

}  // namespace penstock
