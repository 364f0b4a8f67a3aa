// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dag/file_walker.h"
#include "dag/meta_entry.h"

namespace penstock {

// A file being restored. Its pieces are spread over workers; the one that ends the last of them closes it.
struct RestoredFile {
  int descriptor = -1;
  std::string path;                 // below what is restored, for messages; empty for that itself
  uint64_t bytes = 0;               // its size when whole
  std::atomic<uint32_t> pieces{1};  // still to end, and one for the walk that makes them
  std::atomic<bool> damaged{false};
  std::atomic<bool> unfinished{false};  // a piece was given up: it never gets its metadata
  std::unique_ptr<MetaEntry> meta;      // what it is given when it is whole; none: it stays as it was made
};

// One block's part in what is restored: an extent of a file, or a whole file that is one block. The worker
// makes the latter, and no one else has to read the block before.
struct RestorePiece {
  RestoredFile* file = nullptr;  // null: a whole file, to be made as `path` below the descriptor `root`
  int root = -1;
  std::string path;
  FileExtent extent;  // by its offset in the output; of a whole file its `leaf` alone
  uint64_t cost = 0;  // bytes of content or about, and something for the rest of the work and memory
  std::unique_ptr<MetaEntry> meta = nullptr;  // of a whole file
  size_t held_bytes = 0;                      // that meta takes
};

// Some MiB of work for one worker.
struct RestoreTask {
  static constexpr uint64_t kCost = uint64_t{8} << 20;  // no smaller, where there is enough for all
  static constexpr uint64_t kCostMin = uint64_t{2} << 20;
  static constexpr uint64_t kPieceCost = 4096;  // of each piece, beside its bytes: bounds their number

  std::vector<RestorePiece> pieces;
  uint64_t cost = 0;                  // of all pieces
  uint64_t sequence = 0;              // of a stream's tasks, in order of the content
  std::vector<uint8_t> inline_bytes;  // of a stream: where inline extents lie, by their leaf_offset
};

}  // namespace penstock
