// SPDX-License-Identifier: Apache-2.0
#include "pipeline/standing_entries.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <utility>

namespace penstock {

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

Descriptor enter_standing(int directory, const std::string& name) {
  if (directory < 0) return {};
  auto entered = open_beneath(directory, name, O_RDONLY | O_DIRECTORY, 0, name);
  return entered ? std::move(*entered) : Descriptor();
}

}  // namespace penstock
