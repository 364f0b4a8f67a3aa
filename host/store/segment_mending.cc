// SPDX-License-Identifier: Apache-2.0
#include "store/segment_mending.h"

#include <algorithm>
#include <array>
#include <vector>

#include "store/segment_footer.h"
#include "store/segment_header.h"
#include "store/whole_prefix.h"

namespace penstock {
namespace {

// A record in the footer's place shares no more with it than chance and zeros.
bool mostly_equal(Bytes found, Bytes expected) {
  size_t equal = 0;
  for (size_t i = 0; i < expected.size(); ++i) equal += found[i] == expected[i] ? 1 : 0;
  return equal * 2 >= expected.size();
}

Status write_again(File& file, uint64_t offset, Bytes part) {
  PENSTOCK_TRY(file.write(offset, std::span(&part, 1)));
  return file.sync();
}

}  // namespace

Result<SegmentMending> mend_segment(const StoreSite& site, const Watermark& watermark) {
  SegmentMending mended;
  PENSTOCK_TRY_ASSIGN(const auto file, site.files->open(site.paths.segment(watermark.segment), true));
  PENSTOCK_TRY_ASSIGN(const uint64_t size, file->size());
  if (watermark.bytes <= SegmentHeader::kBytes || size < watermark.bytes) return mended;
  std::vector<FooterEntry> entries;
  const auto visit = [&](const StoredRecord& record, Bytes) -> Status {
    for (uint32_t place = 0; place < record.table().size(); ++place) {
      entries.push_back({record.table()[place].digest, record.offset(), place});
    }
    return {};
  };
  WholePrefix prefix;
  PENSTOCK_TRY_ASSIGN(const uint32_t whole, prefix.measure(*file, site.uuid, watermark.segment,
                                                           SegmentHeader::kBytes, watermark.bytes, visit));
  if (entries.empty()) return mended;
  if (whole != watermark.bytes) {
    const auto footer = encode_footer(entries, whole, segment_seed(site.uuid, watermark.segment));
    if (footer.size() != watermark.bytes - whole) return mended;
    std::vector<uint8_t> found(footer.size());
    PENSTOCK_TRY(file->read(whole, found));
    if (!mostly_equal(found, footer)) return mended;
    PENSTOCK_TRY(write_again(*file, whole, footer));
    mended.footer = whole;
  }
  const auto header = encode_segment_header({watermark.segment, site.uuid});
  std::array<uint8_t, SegmentHeader::kBytes> found;
  PENSTOCK_TRY(file->read(0, found));
  if (found == header) return mended;
  PENSTOCK_TRY(write_again(*file, 0, header));
  mended.header = true;
  return mended;
}

}  // namespace penstock
