// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "codec/codec.h"
#include "store/file_system.h"
#include "store/record_header.h"

namespace penstock {

// One record of a segment, read into memory of its own, which is taken at construction (kRecordBytesMax) and
// used again for the next. One thread.
class StoredRecord {
 public:
  StoredRecord() : bytes_(std::make_unique_for_overwrite<uint8_t[]>(kRecordBytesMax)) {}

  // Reads and checks header and table of the record at `offset`, which ends at or before `limit`; small
  // records come whole with one read. corrupt error: no whole head is there; failed: the file cannot be read.
  Status read_head(const File& file, SegmentSeed seed, uint32_t offset, uint32_t limit);
  // Reads what is missing of the payload. corrupt error: its checksum differs.
  Status read_payload(const File& file);
  // The same, but for the checksum: for who checks the digests of what comes of it.
  Status fetch_payload(const File& file) { return fill(file, header_.record_bytes()); }
  // Decodes the payload into `raw`, of header().raw_bytes. corrupt error: it does not decode to that many.
  Status decode(Decoder& decoder, MutableBytes raw) const;

  // What read_head found.
  const RecordHeader& header() const { return header_; }
  const ChunkTable& table() const { return table_; }
  uint32_t offset() const { return offset_; }
  uint32_t end() const { return offset_ + header_.record_bytes(); }
  // What read_payload or fetch_payload found.
  Bytes payload() const { return Bytes(bytes_.get() + header_.head_bytes(), header_.payload_bytes); }

 private:
  Status fill(const File& file, uint32_t bytes);

  std::unique_ptr<uint8_t[]> bytes_;
  uint32_t held_ = 0;  // bytes read so far, from offset_
  uint32_t offset_ = 0;
  RecordHeader header_;
  ChunkTable table_;
};

}  // namespace penstock
