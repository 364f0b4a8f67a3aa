// SPDX-License-Identifier: Apache-2.0
#include "ingest/file_status.h"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include <cerrno>

namespace penstock {
namespace {

timespec time_of(const statx_timestamp& time) {
  return {static_cast<time_t>(time.tv_sec), static_cast<long>(time.tv_nsec)};
}

}  // namespace

FileStatus file_status(const struct stat& from) {
  FileStatus status;
  status.mode = from.st_mode;
  status.uid = from.st_uid;
  status.gid = from.st_gid;
  status.size = static_cast<uint64_t>(from.st_size);
  status.device = from.st_dev;
  status.inode = from.st_ino;
  status.links = from.st_nlink;
  status.special_major = major(from.st_rdev);
  status.special_minor = minor(from.st_rdev);
  status.mtime = from.st_mtim;
  status.ctime = from.st_ctim;
  return status;
}

int look_at(int directory_fd, const char* name, bool follow, FileStatus& status) {
  struct statx from {};
  // A network's file system is asked for what is so now, not for what it remembers.
  const int flags = AT_NO_AUTOMOUNT | AT_STATX_FORCE_SYNC | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
  if (statx(directory_fd, name, flags, STATX_BASIC_STATS, &from) != 0) return errno;
  status = {};
  status.mode = from.stx_mode;
  status.uid = from.stx_uid;
  status.gid = from.stx_gid;
  status.size = from.stx_size;
  status.device = makedev(from.stx_dev_major, from.stx_dev_minor);
  status.inode = from.stx_ino;
  status.links = from.stx_nlink;
  status.special_major = from.stx_rdev_major;
  status.special_minor = from.stx_rdev_minor;
  status.mtime = time_of(from.stx_mtime);
  status.ctime = time_of(from.stx_ctime);
  status.mount_root = (from.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return 0;
}

}  // namespace penstock
