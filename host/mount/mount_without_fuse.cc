// SPDX-License-Identifier: Apache-2.0
#include "mount/mount.h"

namespace penstock {

// In the place of mount.cc where the build has no libfuse.
Status serve_mount(const StoreOpener& /*open*/, const MountOptions& options,
                   const std::atomic<bool>& /*stop*/) {
  return fail(Errc::failed, options.directory, "this build cannot mount: libfuse was not there",
              "install it (Debian: libfuse3-dev) and build again");
}

}  // namespace penstock
