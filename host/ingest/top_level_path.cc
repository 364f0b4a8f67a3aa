// SPDX-License-Identifier: Apache-2.0
#include "ingest/top_level_path.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <unordered_map>
#include <utility>

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

Result<std::vector<TopLevelPath>> resolve_top_level(const std::vector<std::string>& given) {
  std::vector<TopLevelPath> tops;
  std::unordered_map<std::string, std::string> path_by_name;
  for (const std::string& path : given) {
    PENSTOCK_TRY_ASSIGN(TopLevelPath top, TopLevelPath::resolve(path));
    const auto [earlier, is_new] = path_by_name.emplace(top.name, path);
    if (!is_new)
      return fail(Errc::usage, path,
                  "would be stored under the same name, '" + top.name + "', as " + earlier->second,
                  "put one of them alone, or the directory that holds both");
    tops.push_back(std::move(top));
  }
  return tops;
}

std::string absolute_path(const TopLevelPath& top) {
  const auto real_path = [](const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
    return real ? std::string(real.get()) : std::string();
  };
  if (top.follow) return real_path(top.path);
  const size_t slash = top.path.rfind('/');
  const std::string above = real_path(slash == std::string::npos ? "."
                                      : slash == 0               ? "/"
                                                                 : top.path.substr(0, slash));
  if (above.empty()) return {};
  return (above == "/" ? above : above + "/") + last_component(top.path);
}

}  // namespace penstock
