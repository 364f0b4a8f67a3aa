// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ingest/owned_fd.h"

namespace penstock {

// openat for reading, close-on-exec, never waiting for a FIFO's writer or a device; without moving the access
// time where we may. `flags` adds O_NOFOLLOW or O_DIRECTORY. On failure none, and errno says why.
OwnedFd open_for_reading(int directory_fd, const char* name, int flags);

}  // namespace penstock
