// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "fuzz/fuzz_store.h"
#include "store/segment_footer.h"

namespace {

using namespace penstock;

constexpr size_t kChecksumBytes = 4;

void read_footer(Bytes footer) {
  const SegmentSeed seed = segment_seed(kFuzzUuid, kFuzzSegment);
  const Bytes trailer = footer.last(std::min<size_t>(footer.size(), FooterTrailer::kBytes));
  // The segment is as long as the trailer needs it to be; where it has none, any length must be refused.
  const uint32_t data_bytes =
      trailer.size() == FooterTrailer::kBytes ? load_le<uint32_t>(trailer.data() + 12) : 4096;
  const uint64_t segment_bytes = uint64_t{data_bytes} + footer.size();
  (void)parse_footer_trailer(trailer, segment_bytes / 2);
  const auto found = parse_footer_trailer(trailer, segment_bytes);
  const auto parsed = parse_footer(footer, segment_bytes, seed);
  if (!parsed) return;
  PENSTOCK_CHECK(found.has_value() && found->footer_bytes() == footer.size());
  PENSTOCK_CHECK(parsed->size() == found->entry_count && parsed->data_bytes() == found->data_bytes);
  std::vector<FooterEntry> entries;
  for (size_t i = 0; i < parsed->size(); ++i) entries.push_back((*parsed)[i]);
  PENSTOCK_CHECK(std::ranges::equal(encode_footer(entries, parsed->data_bytes(), seed), footer));
}

}  // namespace

// Input: a footer, trailer included. It is read as it is, and with its checksum set right.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint8_t> footer(data, data + size);
  read_footer(footer);
  if (size < FooterTrailer::kBytes) return 0;
  const Bytes covered = Bytes(footer).first(size - kChecksumBytes);
  store_le(footer.data() + covered.size(), crc32c(covered, segment_seed(kFuzzUuid, kFuzzSegment).crc));
  read_footer(footer);
  return 0;
}
