// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/result.h"
#include "mount/live_store.h"

namespace penstock {

struct MountOptions {
  std::string directory;
  bool allow_other = false;                  // and then the kernel holds everybody to the modes
  unsigned readers = 8;                      // threads, each with a StoreReader: 26 MiB
  int nice = 19;                             // of these threads: who puts goes before who looks
  std::function<void(const Error&)> report;  // damage that somebody met; one thread at a time
  std::function<void()> mounted;             // told once it is there
};

// The commits of a store as a read-only file system (mount_tree.h) at options.directory, until it is
// unmounted or `stop` is set, which is looked at every 200 ms. Commits made meanwhile appear within a second.
// failed: it cannot be mounted, or the store not be opened.
Status serve_mount(const StoreOpener& open, const MountOptions& options, const std::atomic<bool>& stop);

}  // namespace penstock
