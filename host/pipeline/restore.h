// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "dag/cid.h"
#include "pipeline/transfer_progress.h"
#include "store/store.h"

namespace penstock {

struct ByteRange {
  uint64_t offset = 0;
  uint64_t length = 0;  // past the file's end is an error
};

struct RestoreOptions {
  std::optional<ByteRange> range;   // of a file alone
  uint64_t bytes_max = UINT64_MAX;  // --max-size: refuses objects with more content
  unsigned threads = 0;             // 0: one a CPU
  // Names a file of a tree that is damaged or missing, and therefore left out; the rest is restored. Called
  // by one thread at a time.
  std::function<void(const Error&)> report;
  TransferProgress* progress = nullptr;
};

struct RestoreReport {
  uint64_t files = 0;
  uint64_t directories = 0;
  uint64_t symlinks = 0;
  uint64_t entries_reported = 0;  // left out: damaged or missing
  uint64_t bytes_content = 0;     // holes included
  uint64_t bytes_written = 0;     // without holes
  uint64_t bytes_decoded = 0;     // of the store's records, to bring them
  uint64_t nanoseconds = 0;
};

// Writes the file `cid` to descriptor `fd`, front to back; zero runs are written out. usage error: not a
// file, or a range past its end.
Result<RestoreReport> restore_to_descriptor(Store& store, const Cid& cid, int fd,
                                            const RestoreOptions& options);

// Restores a file, directory or symlink as `path`, which must not exist, or be an empty directory where a
// directory is restored. Holes stay holes; nothing is written outside of `path` whatever the names and links
// in the tree say. A file appears under its name only when it is whole: nothing wrong is left behind as if it
// were right.
Result<RestoreReport> restore_to_path(Store& store, const Cid& cid, const std::string& path,
                                      const RestoreOptions& options);

}  // namespace penstock
