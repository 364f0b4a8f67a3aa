// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ingest/owned_fd.h"

namespace penstock {

// openat for reading, close-on-exec, never waiting for a FIFO's writer or a device; without moving the access
// time where we may. `flags` adds O_NOFOLLOW or O_DIRECTORY. On failure none, and errno says why.
OwnedFd open_for_reading(int directory_fd, const char* name, int flags);
// A directory whose names are known, for looking at these alone: that takes leave to search it, not to read
// it (open(2), O_PATH). `flags` adds O_NOFOLLOW. On failure none, and errno says why.
OwnedFd open_for_searching(int directory_fd, const char* name, int flags);

}  // namespace penstock
