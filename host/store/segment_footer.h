// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "store/segment_seed.h"

namespace penstock {

// One block of a sealed segment, as its footer lists it.
struct FooterEntry {
  static constexpr size_t kBytes = 40;

  Digest digest;
  uint32_t record = 0;  // offset in the segment
  uint32_t place = 0;

  friend auto operator<=>(const FooterEntry&, const FooterEntry&) = default;
};

// The last bytes of a sealed segment: how the footer is found from the file's end.
struct FooterTrailer {
  static constexpr size_t kBytes = 20;

  uint32_t entry_count = 0;
  uint32_t data_bytes = 0;  // where the records end and the footer begins

  uint64_t footer_bytes() const { return uint64_t{entry_count} * FooterEntry::kBytes + kBytes; }
};

// The footer of one segment (format.md). Borrows the bytes; made by parse_footer alone, which has checked
// them.
class SegmentFooter {
 public:
  SegmentFooter(Bytes entries, uint32_t data_bytes) : entries_(entries), data_bytes_(data_bytes) {}

  uint32_t data_bytes() const { return data_bytes_; }
  size_t size() const { return entries_.size() / FooterEntry::kBytes; }
  FooterEntry operator[](size_t i) const;

 private:
  Bytes entries_;
  uint32_t data_bytes_;
};

// Bytes that the footer of `entries` entries takes.
inline uint64_t footer_bytes(uint64_t entries) {
  return entries * FooterEntry::kBytes + FooterTrailer::kBytes;
}

// Sorts `entries`.
std::vector<uint8_t> encode_footer(std::vector<FooterEntry>& entries, uint32_t data_bytes, SegmentSeed seed);

// The trailer from the last bytes of a segment of `segment_bytes` bytes: plausible, not yet known to be true.
// corrupt error: there is none, or its numbers cannot be.
Result<FooterTrailer> parse_footer_trailer(Bytes last, uint64_t segment_bytes);

// A whole footer, trailer included, that ends a segment of `segment_bytes` bytes. corrupt error: checksum,
// order or offsets are wrong.
Result<SegmentFooter> parse_footer(Bytes footer, uint64_t segment_bytes, SegmentSeed seed);

}  // namespace penstock
