// SPDX-License-Identifier: Apache-2.0
#include "ingest/top_level_path.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

namespace penstock {
namespace {

std::string last_component(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

Result<std::string> real_name(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
  if (!real) return fail_errno(path);
  std::string name = last_component(real.get());
  return name.empty() ? "root" : name;
}

}  // namespace

Result<TopLevelPath> TopLevelPath::resolve(const std::string& given) {
  // Asked of the path as it was given, so that 'file/' fails and 'link/' follows, as everywhere.
  const bool slash = given.ends_with('/');
  struct stat status;
  if (fstatat(AT_FDCWD, given.c_str(), &status, slash ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
    return fail_errno(given.empty() ? "''" : given);

  TopLevelPath path{given, {}, slash};
  while (path.path.size() > 1 && path.path.ends_with('/')) path.path.pop_back();
  path.name = last_component(path.path);
  if (path.name.empty() || path.name == "." || path.name == "..") {
    PENSTOCK_TRY_ASSIGN(path.name, real_name(given));
    path.follow = true;
  }
  return path;
}

}  // namespace penstock
