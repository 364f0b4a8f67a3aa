// SPDX-License-Identifier: Apache-2.0
#include "store/stored_record.h"

#include <algorithm>

#include "base/check.h"
#include "base/crc32c.h"

namespace penstock {
namespace {

// A node, or the head of a frame with a table of 400 chunks: both are read at once.
constexpr uint32_t kFirstRead = 16 * kKiB;

}  // namespace

Status StoredRecord::fill(const File& file, uint32_t bytes) {
  PENSTOCK_CHECK(bytes <= kRecordBytesMax);
  if (bytes <= held_) return {};
  PENSTOCK_TRY(file.read(uint64_t{offset_} + held_, MutableBytes(bytes_.get() + held_, bytes - held_)));
  held_ = bytes;
  return {};
}

Status StoredRecord::read_head(const File& file, SegmentSeed seed, uint32_t offset, uint32_t limit) {
  offset_ = offset;
  held_ = 0;
  table_ = {};
  if (offset > limit || limit - offset < RecordHeader::kBytes)
    return fail(Errc::corrupt, "record", "is cut off");
  PENSTOCK_TRY(fill(file, std::min(limit - offset, kFirstRead)));
  PENSTOCK_TRY_ASSIGN(header_, parse_record_header(Bytes(bytes_.get(), held_)));
  if (header_.record_bytes() > limit - offset) return fail(Errc::corrupt, "record", "is cut off");
  PENSTOCK_TRY(fill(file, header_.head_bytes()));
  PENSTOCK_TRY_ASSIGN(table_, parse_chunk_table(header_, Bytes(bytes_.get(), held_), seed, offset));
  return {};
}

Status StoredRecord::read_payload(const File& file) {
  PENSTOCK_TRY(fetch_payload(file));
  if (crc32c(payload()) != header_.payload_crc) {
    return fail(Errc::corrupt, "record", "the payload's checksum differs");
  }
  return {};
}

Status StoredRecord::decode(Decoder& decoder, MutableBytes raw) const {
  PENSTOCK_CHECK(raw.size() == header_.raw_bytes);
  if (decoder.decode(header_.codec, payload(), raw)) return {};
  return fail(Errc::corrupt, "record", "the payload does not decode");
}

}  // namespace penstock
