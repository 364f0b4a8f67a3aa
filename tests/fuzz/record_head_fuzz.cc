// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/fuzz_store.h"
#include "store/record_header.h"

namespace {

using namespace penstock;

constexpr size_t kChecksumAt = 80;

void read_head(Bytes head, uint32_t offset) {
  const auto header = parse_record_header(head);
  if (!header) return;
  PENSTOCK_CHECK(header->raw_bytes <= kFrameBytesMax && header->payload_bytes <= kFrameBytesMax);
  PENSTOCK_CHECK(header->chunk_count >= 1 && header->chunk_count <= kFrameChunksMax);
  PENSTOCK_CHECK(header->record_bytes() <= kRecordBytesMax);
  const auto table = parse_chunk_table(*header, head, segment_seed(kFuzzUuid, kFuzzSegment), offset);
  if (!table) return;
  PENSTOCK_CHECK(table->size() == header->chunk_count);
  uint64_t raw_bytes = 0;
  for (size_t place = 0; place < table->size(); ++place) raw_bytes += (*table)[place].length;
  PENSTOCK_CHECK(raw_bytes == header->raw_bytes);
}

// Sets the checksum right, so that what lies behind it is reached.
void repair(std::vector<uint8_t>& head, uint32_t offset) {
  const auto header = parse_record_header(head);
  if (!header || header->head_bytes() > head.size()) return;
  uint8_t offset_bytes[sizeof offset];
  store_le(offset_bytes, offset);
  uint32_t crc = crc32c(offset_bytes, segment_seed(kFuzzUuid, kFuzzSegment).crc);
  const Bytes bytes(head);
  crc = crc32c(bytes.first(kChecksumAt), crc);
  crc = crc32c(bytes.subspan(RecordHeader::kBytes, header->head_bytes() - RecordHeader::kBytes), crc);
  store_le(head.data() + kChecksumAt, crc);
}

}  // namespace

// Input: offset in the segment (u32), header and table.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input({data, size});
  const uint32_t offset = input.take<uint32_t>();
  std::vector<uint8_t> head(input.rest().begin(), input.rest().end());
  if (head.size() < RecordHeader::kBytes) return 0;
  read_head(head, offset);
  repair(head, offset);
  read_head(head, offset);
  return 0;
}
