// SPDX-License-Identifier: Apache-2.0
#pragma once

struct fuse_lowlevel_ops;

namespace penstock {

// What libfuse calls for the kernel's requests; the session's user data is the MountTree that answers them.
const fuse_lowlevel_ops& fuse_requests();

}  // namespace penstock
