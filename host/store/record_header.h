// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"
#include "store/chunk_table.h"
#include "store/segment_seed.h"
#include "verify/verified_block.h"

namespace penstock {

inline constexpr std::string_view kRecordMagic = "PREC";

// The fixed part of a record: one frame in a segment (format.md).
struct RecordHeader {
  static constexpr size_t kBytes = 84;

  CodecId codec = CodecId::stored;
  uint32_t raw_bytes = 0;
  uint32_t payload_bytes = 0;
  uint32_t chunk_count = 0;
  uint32_t payload_crc = 0;

  // Header and table.
  uint32_t head_bytes() const {
    return static_cast<uint32_t>(kBytes) + chunk_count * static_cast<uint32_t>(ChunkTable::kEntryBytes);
  }
  uint32_t record_bytes() const { return head_bytes() + payload_bytes; }
};

inline constexpr uint32_t kRecordHeadBytesMax =
    RecordHeader::kBytes + kFrameChunksMax * static_cast<uint32_t>(ChunkTable::kEntryBytes);
inline constexpr uint32_t kRecordBytesMax = kRecordHeadBytesMax + kFrameBytesMax;

// Writes header and table of `block` for a record at `offset` into `head`, of exactly head_bytes().
// `payload_crc` is crc32c(block.payload()).
void encode_record_head(const VerifiedBlock& block, uint32_t payload_crc, SegmentSeed seed, uint32_t offset,
                        MutableBytes head);

// The header alone, from at least kBytes bytes: every field is within its limits; whether they are true only
// parse_chunk_table tells. corrupt error: a field is not.
Result<RecordHeader> parse_record_header(Bytes bytes);

// The table of the record at `offset` from its `head`, which it borrows. corrupt error: shorter than
// head_bytes(), checksum of header and table differs, unknown multicodec, lengths do not add up.
Result<ChunkTable> parse_chunk_table(const RecordHeader& header, Bytes head, SegmentSeed seed,
                                     uint32_t offset);

}  // namespace penstock
