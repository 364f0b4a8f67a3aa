// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>
#include <time.h>

#include <cstdint>

namespace penstock {

// What the file system says of one entry beside its content, as of one look (statx(2)). Plain numbers of this
// machine: `pipeline` makes metadata of them.
struct FileStatus {
  uint32_t mode = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size = 0;
  uint64_t device = 0;  // of the file system, as makedev(3) gives it
  uint64_t inode = 0;
  uint64_t links = 0;
  uint32_t special_major = 0;  // of the device that it is
  uint32_t special_minor = 0;
  timespec mtime{};
  timespec ctime{};
  // A later change is sure to have another ctime or mtime: the newest of them lies behind the file system's
  // clock by more than its grain.
  bool settled = false;
  bool mount_root = false;  // another file system is mounted here
};

FileStatus file_status(const struct stat& from);
// Of a name in an open directory. Returns 0 or the error number; `follow`: what a symlink leads to.
int look_at(int directory_fd, const char* name, bool follow, FileStatus& status);

}  // namespace penstock
