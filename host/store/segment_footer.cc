// SPDX-License-Identifier: Apache-2.0
#include "store/segment_footer.h"

#include <algorithm>
#include <string_view>

#include "base/crc32c.h"
#include "base/limits.h"
#include "store/segment_header.h"

namespace penstock {
namespace {

constexpr std::string_view kMagic = "PENSTFTR";
constexpr size_t kCrcInTrailer = 16;

Failure damaged(const char* why) {
  return fail(Errc::corrupt, "footer", why);
}

}  // namespace

FooterEntry SegmentFooter::operator[](size_t i) const {
  const uint8_t* at = entries_.data() + i * FooterEntry::kBytes;
  FooterEntry entry;
  std::memcpy(entry.digest.bytes.data(), at, entry.digest.bytes.size());
  entry.record = load_le<uint32_t>(at + 32);
  entry.place = load_le<uint32_t>(at + 36);
  return entry;
}

std::vector<uint8_t> encode_footer(std::vector<FooterEntry>& entries, uint32_t data_bytes, SegmentSeed seed) {
  std::ranges::sort(entries);
  std::vector<uint8_t> footer(footer_bytes(entries.size()));
  uint8_t* at = footer.data();
  for (const FooterEntry& entry : entries) {
    std::ranges::copy(entry.digest.bytes, at);
    store_le(at + 32, entry.record);
    store_le(at + 36, entry.place);
    at += FooterEntry::kBytes;
  }
  std::ranges::copy(kMagic, at);
  store_le(at + 8, static_cast<uint32_t>(entries.size()));
  store_le(at + 12, data_bytes);
  const size_t covered = footer.size() - FooterTrailer::kBytes + kCrcInTrailer;
  store_le(at + kCrcInTrailer, crc32c(Bytes(footer).first(covered), seed.crc));
  return footer;
}

Result<FooterTrailer> parse_footer_trailer(Bytes last, uint64_t segment_bytes) {
  if (last.size() < FooterTrailer::kBytes) return damaged("is cut off");
  last = last.last(FooterTrailer::kBytes);
  if (as_text(last.first(kMagic.size())) != kMagic) return damaged("is not there");
  const FooterTrailer trailer{load_le<uint32_t>(&last[8]), load_le<uint32_t>(&last[12])};
  if (segment_bytes > kSegmentBytesMax || trailer.data_bytes < SegmentHeader::kBytes ||
      trailer.data_bytes + trailer.footer_bytes() != segment_bytes) {
    return damaged("lies about its lengths");
  }
  return trailer;
}

Result<SegmentFooter> parse_footer(Bytes footer, uint64_t segment_bytes, SegmentSeed seed) {
  PENSTOCK_TRY_ASSIGN(const FooterTrailer trailer, parse_footer_trailer(footer, segment_bytes));
  if (footer.size() != trailer.footer_bytes()) return damaged("is cut off");
  const size_t crc_at = footer.size() - FooterTrailer::kBytes + kCrcInTrailer;
  if (load_le<uint32_t>(&footer[crc_at]) != crc32c(footer.first(crc_at), seed.crc)) {
    return damaged("checksum differs");
  }
  const SegmentFooter parsed(footer.first(footer.size() - FooterTrailer::kBytes), trailer.data_bytes);
  for (size_t i = 0; i < parsed.size(); ++i) {
    const FooterEntry entry = parsed[i];
    if (entry.record < SegmentHeader::kBytes || entry.record >= trailer.data_bytes) {
      return damaged("names a record outside of the segment");
    }
    if (i > 0 && !(parsed[i - 1] < entry)) return damaged("is not sorted");
  }
  return parsed;
}

}  // namespace penstock
