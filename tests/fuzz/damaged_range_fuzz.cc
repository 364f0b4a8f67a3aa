// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "fuzz/fuzz_store.h"
#include "store/damaged_range.h"

namespace {

using namespace penstock;

constexpr size_t kChecksumAt = 20;

void read_range(Bytes bytes) {
  const auto range = parse_damaged_range(bytes, kFuzzUuid);
  if (!range) return;
  PENSTOCK_CHECK(range->begin < range->end);
  PENSTOCK_CHECK(!damage_text(range->kind).empty());
  PENSTOCK_CHECK(
      std::ranges::equal(encode_damaged_range(*range, kFuzzUuid), bytes.first(DamagedRange::kBytes)));
}

}  // namespace

// Input: a record of quarantine.log. It is read as it is, and with its checksum set right.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint8_t> bytes(data, data + size);
  read_range(bytes);
  if (size < DamagedRange::kBytes) return 0;
  store_le(bytes.data() + kChecksumAt, crc32c(Bytes(bytes).first(kChecksumAt), crc32c(kFuzzUuid.bytes)));
  read_range(bytes);
  return 0;
}
