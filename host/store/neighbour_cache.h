// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <vector>

#include "store/file_system.h"
#include "store/index.h"
#include "store/store_paths.h"
#include "store/stored_record.h"

namespace penstock {

// Placements of blocks that lie near to those met of late. Data that comes again comes in the order in which
// it came first, so whoever looks for a record's blocks will look for those of the next records too, and
// finds them here without asking the index (locality-preserved caching: Zhu, Li, Patterson, FAST 2008). What
// it says stands in the records' tables; the index may know of newer copies. Fixed memory, some 5 MiB; what
// is new replaces what falls on the same slot. Thread-safe.
class NeighbourCache {
 public:
  NeighbourCache(FileSystem& files, StorePaths paths, const StoreUuid& uuid);

  // Sets those of `placements` whose digest is known; leaves the others alone.
  void find(std::span<const Digest> digests, std::span<std::optional<Placement>> placements) const;
  // What was found for blocks that were asked for together: records of which there are several, and some
  // behind them, are read if they are not known yet. What cannot be read is passed by: it is not this cache's
  // to complain.
  void learn(std::span<const std::optional<Placement>> hits);

 private:
  struct Slot {
    Digest digest;
    Placement placement;  // segment 0: free
  };
  struct RecordKey {
    uint32_t segment = 0;
    uint32_t record = 0;

    friend auto operator<=>(const RecordKey&, const RecordKey&) = default;
  };
  struct Known {
    RecordKey key;
    RecordKey next;
  };

  static size_t slot_of(const Digest& digest);
  static size_t slot_of(const RecordKey& key);
  std::optional<RecordKey> next_of(const RecordKey& key) const;
  Result<RecordKey> read(const RecordKey& key);
  Status open(uint32_t segment);

  mutable std::shared_mutex mutex_;  // guards slots and records
  std::vector<Slot> slots_;          // none before there is something to keep
  std::vector<Known> records_;       // read of late

  std::mutex reading_mutex_;  // guards what follows
  FileSystem* files_;
  StorePaths paths_;
  StoreUuid uuid_;
  uint32_t open_segment_ = 0;  // 0: none
  std::unique_ptr<File> file_;
  StoredRecord record_;
};

}  // namespace penstock
