// SPDX-License-Identifier: Apache-2.0
#include "pipeline/standing_entries.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "pipeline/tree_removal.h"

namespace penstock {
namespace {

Error hindered(const std::string& path, std::string why) {
  return {Errc::failed, path, std::move(why), "see who else uses it (mount(8), lsattr(1), chmod(1))"};
}

// As removal_hindrance() is, but for the directory around it.
std::optional<Error> hindrance_at(int directory, const std::string& name, const std::string& path);

// Of the open directory's entries. One's own directories are made writable when they are removed.
std::optional<Error> hindrance_below(int directory, const std::string& path) {
  struct stat status {};
  const auto names = names_in_directory(directory, path);
  if (!names || fstat(directory, &status) != 0) return hindered(path, "cannot be read");
  if (names->empty()) return std::nullopt;
  if (looks_like_store(directory))
    return Error{Errc::failed, path, "a store lies there", "move the store to another place first"};
  const bool own = status.st_uid == geteuid();
  if (!own && faccessat(directory, ".", W_OK | X_OK, AT_EACCESS) != 0)
    return hindered(path, errno_text(errno));
  const bool sticky = !own && geteuid() != 0 && (status.st_mode & S_ISVTX) != 0;
  for (const std::string& name : *names) {
    const std::string below = path + "/" + name;
    struct stat entry {};
    if (sticky && fstatat(directory, name.c_str(), &entry, AT_SYMLINK_NOFOLLOW) == 0 &&
        entry.st_uid != geteuid())
      return hindered(below, errno_text(EPERM));
    auto found = hindrance_at(directory, name, below);
    if (found) return found;
  }
  return std::nullopt;
}

// Of the directory around what is to be removed.
std::optional<Error> hindrance_around(int directory, const std::string& name, const std::string& path) {
  struct statx status {};
  if (statx(directory, "", AT_EMPTY_PATH, STATX_UID | STATX_MODE, &status) != 0)
    return hindered(path, errno_text(errno));
  if ((status.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0)
    return hindered(path, "the directory around it is immutable or append-only");
  if (status.stx_uid == geteuid()) return std::nullopt;
  if (faccessat(directory, ".", W_OK | X_OK, AT_EACCESS) != 0) return hindered(path, errno_text(errno));
  struct stat entry {};
  const bool sticky = geteuid() != 0 && (status.stx_mode & S_ISVTX) != 0;
  if (sticky && fstatat(directory, name.c_str(), &entry, AT_SYMLINK_NOFOLLOW) == 0 &&
      entry.st_uid != geteuid())
    return hindered(path, errno_text(EPERM));
  return std::nullopt;
}

std::optional<Error> hindrance_at(int directory, const std::string& name, const std::string& path) {
  struct statx status {};
  if (statx(directory, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &status) != 0)
    return errno == ENOENT ? std::nullopt : std::optional(hindered(path, errno_text(errno)));
  if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0)
    return hindered(path, "another file system is mounted there");
  if ((status.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0)
    return hindered(path, "it is immutable or append-only");
  if (!S_ISDIR(status.stx_mode)) return std::nullopt;
  const auto inside = open_beneath(directory, name, O_RDONLY | O_DIRECTORY, 0, path, RESOLVE_NO_XDEV);
  if (!inside) return hindered(path, inside.error().why);
  return hindrance_below(inside->number(), path);
}

}  // namespace

bool looks_like_store(int directory) {
  int found = 0;
  for (const char* name : {"store.toml", "commits.log", "segments"}) {
    struct stat status {};
    const bool absent = fstatat(directory, name, &status, 0) != 0 && (errno == ENOENT || errno == ENOTDIR);
    found += absent ? 0 : 1;
  }
  return found >= 2;
}

bool same_size_and_time(const struct stat& status, const MetaEntry& meta) {
  return S_ISREG(status.st_mode) && (meta.mode & kModeType) == kModeFile &&
         static_cast<uint64_t>(status.st_size) == meta.size && status.st_mtim.tv_sec == meta.mtime.seconds &&
         status.st_mtim.tv_nsec == static_cast<long>(meta.mtime.nanoseconds);
}

Standing look_at_standing(int directory, const std::string& name, uint32_t type, const MetaEntry* meta,
                          Overwrite overwrite) {
  struct stat status {};
  if (directory < 0 || fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return Standing::absent;
  const bool is_directory = type == kModeDirectory;
  const bool stands_directory = S_ISDIR(status.st_mode);
  const bool both_directories = is_directory && stands_directory;
  if (!both_directories && overwrite == Overwrite::never) return Standing::keep;
  if (is_mount_point(directory, name)) return Standing::mount_point;
  if (both_directories) return Standing::absent;  // what is in it is looked at
  if (overwrite == Overwrite::always) return Standing::absent;
  if (is_directory != stands_directory) return Standing::in_the_way;
  const bool same =
      type == kModeFile && meta != nullptr && meta->hard_link.empty() && same_size_and_time(status, *meta);
  return same ? Standing::keep_data : Standing::absent;
}

bool is_mount_point(int directory, const std::string& name) {
  struct statx status {};
  if (directory < 0 || name.empty()) return false;
  if (statx(directory, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &status) != 0)
    return false;
  return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

std::optional<Error> removal_hindrance(int directory, const std::string& name, const std::string& path) {
  auto around = hindrance_around(directory, name, path);
  return around ? around : hindrance_at(directory, name, path);
}

Descriptor enter_standing(int directory, const std::string& name) {
  if (directory < 0) return {};
  auto entered = open_beneath(directory, name, O_RDONLY | O_DIRECTORY, 0, name);
  return entered ? std::move(*entered) : Descriptor();
}

}  // namespace penstock
