// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "store/damaged_range.h"
#include "store/file_system.h"
#include "store/store_paths.h"

namespace penstock {

// The records that are known to be damaged. Reads from any threads, changes from one while there are none.
class Quarantine {
 public:
  // What quarantine.log says; records of it that do not pass are counted and skipped. No file: nothing.
  static Result<Quarantine> read(FileSystem& files, const StorePaths& paths, const StoreUuid& uuid);

  // True if the record at `offset` is damaged.
  bool contains(uint32_t segment, uint32_t offset) const;
  std::span<const DamagedRange> ranges() const { return ranges_; }
  size_t damaged_records() const { return damaged_records_; }

  // In memory alone; true if that changed what is held. Ranges within others are left out.
  bool add(std::span<const DamagedRange> ranges);
  // Takes out ranges that are held exactly so.
  bool remove(std::span<const DamagedRange> ranges);
  // Replaces quarantine.log by what is held now, atomically and durably. Nothing held: no file.
  Status write(FileSystem& files, const StorePaths& paths, const StoreUuid& uuid) const;

 private:
  std::vector<DamagedRange> ranges_;  // ascending by segment, then by begin and by end alike
  size_t damaged_records_ = 0;
};

}  // namespace penstock
