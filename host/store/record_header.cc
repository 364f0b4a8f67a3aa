// SPDX-License-Identifier: Apache-2.0
#include "store/record_header.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/crc32c.h"
#include "codec/codec.h"

namespace penstock {
namespace {

constexpr uint16_t kVersion = 1;
constexpr size_t kReservedAt = 24;  // key id, nonce, tag
constexpr size_t kCrcAt = 80;

uint32_t head_crc(Bytes head, SegmentSeed seed, uint32_t offset) {
  uint8_t place[4];
  store_le(place, offset);
  const uint32_t before = crc32c(head.first(kCrcAt), crc32c(place, seed.crc));
  return crc32c(head.subspan(RecordHeader::kBytes), before);
}

Failure damaged(const char* why) {
  return fail(Errc::corrupt, "record", why);
}

bool known(Multicodec codec) {
  return codec == Multicodec::raw || codec == Multicodec::dag_pb || codec == Multicodec::dag_cbor;
}

}  // namespace

void encode_record_head(const VerifiedBlock& block, uint32_t payload_crc, SegmentSeed seed, uint32_t offset,
                        MutableBytes head) {
  const auto entries = block.entries();
  PENSTOCK_CHECK(head.size() == RecordHeader::kBytes + entries.size() * ChunkTable::kEntryBytes);
  PENSTOCK_CHECK(!entries.empty() && entries.size() <= kFrameChunksMax);
  PENSTOCK_CHECK(block.payload().size() <= kFrameBytesMax && block.raw_length() <= kFrameBytesMax);
  std::ranges::copy(kRecordMagic, head.begin());
  store_le(&head[4], kVersion);
  store_le(&head[6], static_cast<uint16_t>(block.codec()));
  store_le(&head[8], block.raw_length());
  store_le(&head[12], static_cast<uint32_t>(block.payload().size()));
  store_le(&head[16], static_cast<uint32_t>(entries.size()));
  store_le(&head[20], payload_crc);
  std::ranges::fill(head.subspan(kReservedAt, kCrcAt - kReservedAt), uint8_t{0});
  uint8_t* at = head.data() + RecordHeader::kBytes;
  for (const BlockEntry& entry : entries) {
    std::ranges::copy(entry.digest.bytes, at);
    store_le(at + 32, static_cast<uint32_t>(entry.codec));
    store_le(at + 36, entry.length);
    at += ChunkTable::kEntryBytes;
  }
  store_le(&head[kCrcAt], head_crc(head, seed, offset));
}

Result<RecordHeader> parse_record_header(Bytes bytes) {
  if (bytes.size() < RecordHeader::kBytes) return damaged("header is cut off");
  if (as_text(bytes.first(kRecordMagic.size())) != kRecordMagic) return damaged("does not begin here");
  if (load_le<uint16_t>(&bytes[4]) != kVersion) return damaged("is of an unknown version");
  const auto codec = codec_id(load_le<uint16_t>(&bytes[6]));
  if (!codec) return damaged("has an unknown codec");
  RecordHeader header;
  header.codec = *codec;
  header.raw_bytes = load_le<uint32_t>(&bytes[8]);
  header.payload_bytes = load_le<uint32_t>(&bytes[12]);
  header.chunk_count = load_le<uint32_t>(&bytes[16]);
  header.payload_crc = load_le<uint32_t>(&bytes[20]);
  if (header.raw_bytes > kFrameBytesMax || header.payload_bytes > kFrameBytesMax) {
    return damaged("lies about its lengths");
  }
  if (header.codec == CodecId::stored && header.raw_bytes != header.payload_bytes) {
    return damaged("lies about its lengths");
  }
  if (header.chunk_count == 0 || header.chunk_count > kFrameChunksMax) {
    return damaged("lies about its number of blocks");
  }
  if (!all_zero(bytes.subspan(kReservedAt, kCrcAt - kReservedAt))) {
    return damaged("is encrypted, which this version cannot read");
  }
  return header;
}

Result<ChunkTable> parse_chunk_table(const RecordHeader& header, Bytes head, SegmentSeed seed,
                                     uint32_t offset) {
  if (header.chunk_count == 0 || header.chunk_count > kFrameChunksMax || head.size() < header.head_bytes()) {
    return damaged("table is cut off");
  }
  head = head.first(header.head_bytes());
  if (load_le<uint32_t>(&head[kCrcAt]) != head_crc(head, seed, offset)) {
    return damaged("checksum of header and table differs");
  }
  const ChunkTable table(head.subspan(RecordHeader::kBytes));
  uint64_t raw_bytes = 0;
  for (size_t place = 0; place < table.size(); ++place) {
    const BlockEntry entry = table[place];
    if (!known(entry.codec)) return damaged("table has an unknown multicodec");
    raw_bytes += entry.length;
  }
  if (raw_bytes != header.raw_bytes) return damaged("table's lengths do not add up");
  return table;
}

}  // namespace penstock
