// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "store/file_system.h"
#include "store/stored_record.h"

namespace penstock {

// Walks over the heads of a segment's records in [from, to), without reading payloads that it need not. One
// thread. Where no record begins it looks for the next one whose checksum holds: the seed and the offset in
// that checksum keep it from taking a record inside of a payload for one of ours.
class SegmentScanner {
 public:
  SegmentScanner(const File& file, SegmentSeed seed, uint32_t from, uint32_t to)
      : file_(&file), seed_(seed), position_(from), to_(to) {}

  // True: `record` holds the head of the next record. False: the end is reached. failed: the file cannot be
  // read.
  Result<bool> next(StoredRecord& record);

  // What the last call of next skipped because no record is there; empty as a rule.
  uint32_t gap_begin() const { return gap_begin_; }
  uint32_t gap_end() const { return gap_end_; }
  bool gap() const { return gap_begin_ != gap_end_; }

 private:
  Result<bool> read_at(uint32_t offset, StoredRecord& record);
  Result<uint32_t> next_magic(uint32_t from);

  const File* file_;
  SegmentSeed seed_;
  uint32_t position_;
  uint32_t to_;
  uint32_t gap_begin_ = 0;
  uint32_t gap_end_ = 0;
  std::vector<uint8_t> window_;  // taken when there is something to search
};

}  // namespace penstock
