// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "fuzz/fuzz_store.h"
#include "store/log_record.h"

namespace {

using namespace penstock;

constexpr size_t kHeaderChecksumAt = 56;

void read_record(Bytes bytes) {
  if (bytes.size() < LogRecord::kHeaderBytes) return;
  const auto length = parse_log_record_bytes(bytes, kFuzzUuid);
  const auto record = parse_log_record(bytes, kFuzzUuid);
  if (!record) return;
  PENSTOCK_CHECK(length.has_value() && *length == record->encoded_bytes() && *length <= bytes.size());
  PENSTOCK_CHECK(std::ranges::equal(encode_log_record(*record, kFuzzUuid), bytes.first(*length)));
}

// Sets both checksums right.
void repair(std::vector<uint8_t>& bytes) {
  if (bytes.size() < LogRecord::kHeaderBytes) return;
  const Bytes all(bytes);
  const uint32_t uuid_crc = crc32c(kFuzzUuid.bytes);
  store_le(bytes.data() + kHeaderChecksumAt, crc32c(all.first(kHeaderChecksumAt), uuid_crc));
  const auto length = parse_log_record_bytes(bytes, kFuzzUuid);
  if (!length || *length > all.size()) return;
  const size_t covered = *length - sizeof(uint32_t);
  store_le(bytes.data() + covered, crc32c(all.first(covered), uuid_crc));
}

}  // namespace

// Input: one copy of a record of commits.log. It is read as it is, and with its checksums set right.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint8_t> bytes(data, data + size);
  read_record(bytes);
  repair(bytes);
  read_record(bytes);
  return 0;
}
