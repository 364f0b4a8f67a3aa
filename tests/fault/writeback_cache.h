// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "fault/file_image.h"
#include "fault/file_operation.h"
#include "fault/seeded_random.h"

namespace penstock {

// A POSIX file system over a disk with a writeback cache, as harsh as POSIX allows: it replays a log of
// operations and says what a power failure behind the last of them may leave.
//  - File data not synced: each 512-byte sector holds any of the states that it had since the last sync,
//    independently of the others; the size is any of those that the file had, or lies between.
//  - Directory entries not synced: each name's history is cut at any point, independently of the others; a
//    rename ties two names together (both old or both new).
//  - Syncing a file says nothing of its directory entry; syncing a directory nothing of its files.
//  - A failed sync may have written anything and may have lost the rest for good (Rebello et al., "Can
//    Applications Recover from fsync Failures?", USENIX ATC 2020).
// Keeps pointers into the log. One thread.
class WritebackCache {
 public:
  static constexpr uint64_t kSectorBytes = 512;

  explicit WritebackCache(FileImage disk) : disk_(std::move(disk)) {}

  void apply(const FileOperation& operation);

  // What is on the disk after a power failure now; `random` chooses among the possible states.
  FileImage crash(SeededRandom& random) const;

 private:
  using Operations = std::vector<const FileOperation*>;

  void settle_file(uint32_t node, const FileOperation& sync);
  void settle_directory(uint32_t node, const FileOperation& sync);

  FileImage disk_;
  std::map<uint32_t, Operations> dirty_data_;  // by node
  Operations dirty_entries_;                   // of all directories, in order
};

// What a power failure behind log[0, length) leaves of `disk`. The same arguments give the same image.
FileImage crash_image(const FileImage& disk, std::span<const FileOperation> log, uint64_t seed);

}  // namespace penstock
