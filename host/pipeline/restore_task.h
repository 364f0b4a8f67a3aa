// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "dag/file_walker.h"

namespace penstock {

// A file being restored. Its tasks are spread over workers; the one that ends the last of them closes it.
struct RestoredFile {
  int descriptor = -1;
  std::string path;                // below what is restored, for messages; empty for that itself
  uint64_t bytes = 0;              // its size when whole
  std::atomic<uint32_t> tasks{1};  // still to end, and one for the walk that makes them
  std::atomic<bool> damaged{false};
};

// A file that is one block: the worker makes it, and no one else has to read the block before.
struct LeafFile {
  std::string path;  // below what is restored
  Cid cid;
};

// A run of one file's extents, or files of one block each, some MiB together, that one worker brings. It ends
// where a record of the store does, so that no two workers decode the same one.
struct RestoreTask {
  static constexpr uint64_t kBytes = uint64_t{8} << 20;

  std::vector<LeafFile> leaf_files;
  RestoredFile* file = nullptr;     // null: leaf_files it is
  uint64_t sequence = 0;            // of the file's tasks, in order of the content
  uint64_t output_offset = 0;       // where in the output the first extent goes
  uint64_t bytes = 0;               // of all extents; of leaf files about
  std::vector<FileExtent> extents;  // inline ones: `bytes` points into inline_bytes by leaf_offset
  std::vector<uint8_t> inline_bytes;
};

}  // namespace penstock
