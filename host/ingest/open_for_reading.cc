// SPDX-License-Identifier: Apache-2.0
#include "ingest/open_for_reading.h"

#include <fcntl.h>

#include <cerrno>

namespace penstock {

OwnedFd open_for_reading(int directory_fd, const char* name, int flags) {
  flags |= O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOATIME;
  for (;;) {
    const int fd = openat(directory_fd, name, flags);
    if (fd >= 0) return OwnedFd(fd);
    if (errno == EPERM && (flags & O_NOATIME) != 0) {
      flags &= ~O_NOATIME;  // only a file's owner may leave the access time alone
    } else if (errno != EINTR) {
      return {};
    }
  }
}

OwnedFd open_for_searching(int directory_fd, const char* name, int flags) {
  return OwnedFd(openat(directory_fd, name, flags | O_DIRECTORY | O_PATH | O_CLOEXEC));
}

}  // namespace penstock
