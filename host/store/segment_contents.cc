// SPDX-License-Identifier: Apache-2.0
#include "store/segment_contents.h"

#include <algorithm>
#include <array>

#include "store/segment_scanner.h"

namespace penstock {
namespace {

Status visit_footer(uint32_t segment, const SegmentFooter& footer, uint32_t from,
                    const SegmentVisitor& visitor) {
  for (size_t i = 0; i < footer.size(); ++i) {
    const FooterEntry entry = footer[i];
    if (entry.record < from) continue;
    PENSTOCK_TRY(visitor.block({entry.digest, {segment, entry.record, entry.place}}));
  }
  return {};
}

Status visit_records(const File& file, SegmentSeed seed, Watermark watermark, uint32_t from,
                     const SegmentVisitor& visitor) {
  StoredRecord record;
  SegmentScanner scanner(file, seed, from, watermark.bytes);
  while (true) {
    PENSTOCK_TRY_ASSIGN(const bool found, scanner.next(record));
    if (scanner.gap()) {
      visitor.damage({watermark.segment, scanner.gap_begin(), scanner.gap_end(), DamageKind::head});
    }
    if (!found) return {};
    for (uint32_t place = 0; place < record.table().size(); ++place) {
      PENSTOCK_TRY(
          visitor.block({record.table()[place].digest, {watermark.segment, record.offset(), place}}));
    }
  }
}

}  // namespace

Result<std::optional<LoadedFooter>> load_footer(const File& file, SegmentSeed seed, uint64_t segment_bytes) {
  const std::optional<LoadedFooter> none;
  if (segment_bytes < SegmentHeader::kBytes + FooterTrailer::kBytes) return none;
  std::array<uint8_t, FooterTrailer::kBytes> last;
  PENSTOCK_TRY(file.read(segment_bytes - last.size(), last));
  const auto trailer = parse_footer_trailer(last, segment_bytes);
  if (!trailer) return none;
  LoadedFooter loaded;
  loaded.bytes.resize(trailer->footer_bytes());
  PENSTOCK_TRY(file.read(trailer->data_bytes, loaded.bytes));
  auto footer = parse_footer(loaded.bytes, segment_bytes, seed);
  if (!footer) return none;
  loaded.footer = *footer;
  return loaded;
}

Status visit_segment(FileSystem& files, const StorePaths& paths, const StoreUuid& uuid, Watermark watermark,
                     uint32_t from, const SegmentVisitor& visitor) {
  from = std::max(from, static_cast<uint32_t>(SegmentHeader::kBytes));
  if (from >= watermark.bytes) return {};
  const uint32_t segment = watermark.segment;
  auto file = files.open(paths.segment(segment), false);
  if (!file) {
    if (file.error().code != Errc::absent) return Failure(file.error());
    visitor.damage({segment, from, watermark.bytes, DamageKind::missing});
    return {};
  }
  PENSTOCK_TRY_ASSIGN(const uint64_t size, (*file)->size());
  const SegmentSeed seed = segment_seed(uuid, segment);
  if (size < watermark.bytes) {
    const uint32_t begin = std::max(from, static_cast<uint32_t>(size));
    visitor.damage({segment, begin, watermark.bytes, DamageKind::missing});
    watermark.bytes = static_cast<uint32_t>(size);
    if (from >= watermark.bytes) return {};
  } else {
    PENSTOCK_TRY_ASSIGN(const auto loaded, load_footer(**file, seed, watermark.bytes));
    if (loaded) return visit_footer(segment, loaded->footer, from, visitor);
  }
  return visit_records(**file, seed, watermark, from, visitor);
}

}  // namespace penstock
