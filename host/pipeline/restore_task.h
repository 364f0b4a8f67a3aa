// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "dag/file_walker.h"

namespace penstock {

// A file being restored. Its pieces are spread over workers; the one that ends the last of them closes it.
struct RestoredFile {
  int descriptor = -1;
  std::string path;                 // below what is restored, for messages; empty for that itself
  uint64_t bytes = 0;               // its size when whole
  std::atomic<uint32_t> pieces{1};  // still to end, and one for the walk that makes them
  std::atomic<bool> damaged{false};
};

// One block's part in what is restored: an extent of a file, or a whole file that is one block. The worker
// makes the latter, and no one else has to read the block before.
struct RestorePiece {
  RestoredFile* file = nullptr;  // null: a whole file, to be made as `path`
  std::string path;              // below what is restored
  FileExtent extent;             // by its offset in the output; of a whole file its `leaf` alone
  uint64_t bytes = 0;            // of content, or about
};

// Some MiB of work for one worker.
struct RestoreTask {
  static constexpr uint64_t kBytes = uint64_t{8} << 20;

  std::vector<RestorePiece> pieces;
  uint64_t bytes = 0;                 // of all pieces
  uint64_t sequence = 0;              // of a stream's tasks, in order of the content
  std::vector<uint8_t> inline_bytes;  // of a stream: where inline extents lie, by their leaf_offset
};

}  // namespace penstock
