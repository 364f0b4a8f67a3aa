// SPDX-License-Identifier: Apache-2.0
#include "store/segment_checker.h"

#include <algorithm>
#include <array>

#include "store/record_digests.h"
#include "store/segment_scanner.h"

namespace penstock {
namespace {

// Out of memory or descriptors, refused by the disk: what is stored may be whole.
template <class T>
bool unknown(const Result<T>& read) {
  return !read && read.error().code == Errc::failed;
}

}  // namespace

void CheckTotals::add(const CheckTotals& other) {
  segments += other.segments;
  bytes_read += other.bytes_read;
  bytes_raw += other.bytes_raw;
  blocks += other.blocks;
  damages += other.damages;
  bytes_unacknowledged += other.bytes_unacknowledged;
}

SegmentChecker::SegmentChecker(const StoreSite& site, Report report)
    : site_(&site),
      report_(std::move(report)),
      raw_(std::make_unique_for_overwrite<uint8_t[]>(kFrameBytesMax)) {}

void SegmentChecker::damaged(uint32_t begin, uint32_t end, DamageKind kind, std::vector<Digest> digests) {
  ++totals_.damages;
  records_damaged_ = true;
  report_({site_->paths.segment(segment_), begin, end, std::string(damage_text(kind)), std::move(digests),
           DamagedRange{segment_, begin, end, kind}});
}

// A part that no block depends on.
void SegmentChecker::damaged_part(uint32_t begin, uint32_t end, std::string what) {
  ++totals_.damages;
  report_({site_->paths.segment(segment_), begin, end, std::move(what), {}, {}});
}

std::vector<Digest> SegmentChecker::listed_in(uint32_t begin, uint32_t end) const {
  std::vector<Digest> digests;
  for (size_t i = 0; footer_ && i < footer_->footer.size(); ++i) {
    const FooterEntry entry = footer_->footer[i];
    if (entry.record >= begin && entry.record < end) digests.push_back(entry.digest);
  }
  return digests;
}

bool SegmentChecker::footer_agrees(const StoredRecord& record) const {
  const SegmentFooter& footer = footer_->footer;
  for (uint32_t place = 0; place < record.table().size(); ++place) {
    const FooterEntry wanted{record.table()[place].digest, record.offset(), place};
    size_t low = 0;
    for (size_t high = footer.size(); low < high;) {
      const size_t middle = low + (high - low) / 2;
      if (footer[middle] < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == footer.size() || footer[low] != wanted) return false;
  }
  return true;
}

Status SegmentChecker::check_header(const File& file, const Watermark& watermark) {
  std::array<uint8_t, SegmentHeader::kBytes> bytes;
  if (watermark.bytes < bytes.size()) return {};
  const Status read = file.read(0, bytes);
  if (unknown(read)) return read;
  const auto header = parse_segment_header(bytes);
  if (read && header && header->segment == segment_ && header->uuid == site_->uuid) return {};
  damaged_part(0, SegmentHeader::kBytes, "the segment's header is damaged; its blocks are not affected");
  return {};
}

Status SegmentChecker::check_record(const File& file) {
  std::vector<Digest> all;
  for (size_t place = 0; place < record_.table().size(); ++place)
    all.push_back(record_.table()[place].digest);
  blocks_seen_ += all.size();
  totals_.blocks += all.size();
  if (footer_ && !footer_agrees(record_)) footer_differs_ = true;
  const Status read = record_.read_payload(file);
  if (unknown(read)) return read;
  if (!read) {
    damaged(record_.offset(), record_.end(), DamageKind::payload, std::move(all));
    return {};
  }
  const MutableBytes raw(raw_.get(), record_.header().raw_bytes);
  if (!record_.decode(decoder_, raw)) {
    damaged(record_.offset(), record_.end(), DamageKind::undecodable, std::move(all));
    return {};
  }
  totals_.bytes_raw += raw.size();
  std::vector<Digest> wrong;
  for (uint32_t place : wrong_digests(record_.table(), raw)) wrong.push_back(all[place]);
  if (!wrong.empty()) damaged(record_.offset(), record_.end(), DamageKind::digest, std::move(wrong));
  return {};
}

Status SegmentChecker::check_records(const File& file, const Watermark& watermark, uint32_t end) {
  SegmentScanner scanner(file, segment_seed(site_->uuid, watermark.segment), SegmentHeader::kBytes, end);
  while (true) {
    const auto found = scanner.next(record_);
    if (unknown(found)) return Failure(found.error());
    if (!found) {
      damaged(scanner.gap_begin(), end, DamageKind::head, listed_in(scanner.gap_begin(), end));
      return {};
    }
    if (scanner.gap()) {
      damaged(scanner.gap_begin(), scanner.gap_end(), DamageKind::head,
              listed_in(scanner.gap_begin(), scanner.gap_end()));
    }
    if (!*found) return {};
    PENSTOCK_TRY(check_record(file));
  }
}

Result<CheckTotals> SegmentChecker::check(const Watermark& watermark) {
  totals_ = {};
  totals_.segments = 1;
  segment_ = watermark.segment;
  footer_.reset();
  blocks_seen_ = 0;
  footer_differs_ = records_damaged_ = false;
  const auto file = site_->files->open(site_->paths.segment(segment_), false);
  const auto size = file ? (*file)->size() : Result<uint64_t>(Failure(file.error()));
  if (unknown(size)) return Failure(size.error());
  if (!size) {
    damaged(0, std::max(watermark.bytes, 1u), DamageKind::missing, {});
    return totals_;
  }
  uint32_t end = watermark.bytes;
  totals_.bytes_read = std::min<uint64_t>(*size, end);
  totals_.bytes_unacknowledged = *size - totals_.bytes_read;
  if (*size < end) {
    damaged(static_cast<uint32_t>(*size), end, DamageKind::missing, {});
    end = static_cast<uint32_t>(*size);
  } else {
    auto footer = load_footer(**file, segment_seed(site_->uuid, segment_), end);
    if (unknown(footer)) return Failure(footer.error());
    if (footer && *footer) {
      footer_ = std::move(*footer);
      end = footer_->footer.data_bytes();
    }
  }
  PENSTOCK_TRY(check_header(**file, watermark));
  PENSTOCK_TRY(check_records(**file, watermark, end));
  // Where records cannot be read, the footer knows more than they do.
  if (footer_ && (footer_differs_ || (!records_damaged_ && blocks_seen_ != footer_->footer.size()))) {
    damaged_part(end, watermark.bytes, "the footer does not list what the records hold");
  }
  return totals_;
}

}  // namespace penstock
