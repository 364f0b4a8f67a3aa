// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/ids.h"
#include "verify/verified_block.h"

namespace penstock {

// The blocks of one record, as they stand in its table (format.md). Borrows the bytes; made by
// parse_chunk_table alone, which has checked them.
class ChunkTable {
 public:
  static constexpr size_t kEntryBytes = 40;

  ChunkTable() = default;
  explicit ChunkTable(Bytes entries) : entries_(entries) {}

  size_t size() const { return entries_.size() / kEntryBytes; }
  BlockEntry operator[](size_t place) const {
    const uint8_t* at = entries_.data() + place * kEntryBytes;
    BlockEntry entry;
    std::memcpy(entry.digest.bytes.data(), at, entry.digest.bytes.size());
    entry.codec = static_cast<Multicodec>(load_le<uint32_t>(at + 32));
    entry.length = load_le<uint32_t>(at + 36);
    return entry;
  }

 private:
  Bytes entries_;
};

}  // namespace penstock
