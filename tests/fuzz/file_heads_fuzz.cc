// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "fuzz/fuzz_store.h"
#include "store/file_header.h"
#include "store/segment_header.h"

namespace {

using namespace penstock;

constexpr size_t kChecksumBytes = 4;

void read_heads(Bytes bytes) {
  if (check_file_header(bytes, kCommitLogMagic, kFuzzUuid)) {
    PENSTOCK_CHECK(
        std::ranges::equal(encode_file_header(kCommitLogMagic, kFuzzUuid), bytes.first(kFileHeaderBytes)));
    PENSTOCK_CHECK(!check_file_header(bytes, kQuarantineMagic, kFuzzUuid));
  }
  if (const auto header = parse_segment_header(bytes)) {
    PENSTOCK_CHECK(std::ranges::equal(encode_segment_header(*header), bytes.first(SegmentHeader::kBytes)));
  }
  const std::string_view text = as_text(bytes);
  if (const auto number = parse_segment_file_name(text)) PENSTOCK_CHECK(segment_file_name(*number) == text);
  if (const auto uuid = parse_store_uuid(text)) PENSTOCK_CHECK(uuid->text() == text);
}

void repair(std::vector<uint8_t>& bytes, size_t head_bytes) {
  if (bytes.size() < head_bytes) return;
  const size_t covered = head_bytes - kChecksumBytes;
  store_le(bytes.data() + covered, crc32c(Bytes(bytes).first(covered)));
}

}  // namespace

// Input: the first bytes of commits.log, quarantine.log or a segment, the name of a segment, or a uuid. They
// are read as they are, and with their checksum set right.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint8_t> bytes(data, data + size);
  read_heads(bytes);
  for (const size_t head_bytes : {kFileHeaderBytes, SegmentHeader::kBytes}) {
    repair(bytes, head_bytes);
    read_heads(bytes);
  }
  return 0;
}
