// SPDX-License-Identifier: Apache-2.0
#include "store/segment_checker.h"

#include <algorithm>
#include <array>
#include <utility>

#include "store/record_digests.h"
#include "store/segment_scanner.h"

namespace penstock {
namespace {

// Where there is no footer: what a disk cannot read it counts in sectors of at most this.
constexpr uint32_t kSectorBytes = 4096;
// A disk may take seconds for each.
constexpr unsigned kRefusalsMax = 256;

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
  unread += other.unread;
  bytes_unacknowledged += other.bytes_unacknowledged;
}

SegmentChecker::SegmentChecker(const StoreSite& site, Report report, Unread unread)
    : site_(&site),
      report_(std::move(report)),
      unread_(std::move(unread)),
      raw_(std::make_unique_for_overwrite<uint8_t[]>(kFrameBytesMax)) {}

void SegmentChecker::damaged(uint32_t begin, uint32_t end, DamageKind kind, std::vector<Digest> digests) {
  ++totals_.damages;
  records_damaged_ = true;
  const bool all_gone = kind == DamageKind::missing && begin == 0;
  std::string what(all_gone ? "the segment is missing" : damage_text(kind));
  report_({site_->paths.segment(segment_), begin, end, std::move(what), std::move(digests),
           DamagedRange{segment_, begin, end, kind}});
}

// A part that no block depends on.
void SegmentChecker::damaged_part(uint32_t begin, uint32_t end, std::string what) {
  ++totals_.damages;
  report_({site_->paths.segment(segment_), begin, end, std::move(what), {}, {}});
}

void SegmentChecker::unread(uint32_t begin, uint32_t end, const Error& error) {
  ++totals_.unread;
  const std::string where = "bytes " + std::to_string(begin) + " to " + std::to_string(end);
  unread_(
      {error.code, site_->paths.segment(segment_), where + " cannot be read: " + error.why, error.remedy});
}

// Where the next record may begin.
uint32_t SegmentChecker::resume_behind(uint32_t offset, uint32_t end) const {
  if (!footer_) return std::min(end, (offset / kSectorBytes + 1) * kSectorBytes);
  uint32_t next = end;
  for (size_t i = 0; i < footer_->footer.size(); ++i) {
    const uint32_t record = footer_->footer[i].record;
    if (record > offset) next = std::min(next, record);
  }
  return next;
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

void SegmentChecker::check_header(const File& file, const Watermark& watermark) {
  std::array<uint8_t, SegmentHeader::kBytes> bytes;
  if (watermark.bytes < bytes.size()) return;
  const Status read = file.read(0, bytes);
  if (unknown(read)) return unread(0, SegmentHeader::kBytes, read.error());
  const auto header = parse_segment_header(bytes);
  if (read && header && header->segment == segment_ && header->uuid == site_->uuid) return;
  damaged_part(0, SegmentHeader::kBytes, "the segment's header is damaged; its blocks are not affected");
}

void SegmentChecker::check_record(const File& file) {
  std::vector<Digest> all;
  for (size_t place = 0; place < record_.table().size(); ++place)
    all.push_back(record_.table()[place].digest);
  blocks_seen_ += all.size();
  totals_.blocks += all.size();
  if (footer_ && !footer_agrees(record_)) footer_differs_ = true;
  const Status read = record_.read_payload(file);
  if (unknown(read)) return unread(record_.offset(), record_.end(), read.error());
  if (!read) return damaged(record_.offset(), record_.end(), DamageKind::payload, std::move(all));
  const MutableBytes raw(raw_.get(), record_.header().raw_bytes);
  if (!record_.decode(decoder_, raw)) {
    return damaged(record_.offset(), record_.end(), DamageKind::undecodable, std::move(all));
  }
  totals_.bytes_raw += raw.size();
  std::vector<Digest> wrong;
  for (uint32_t place : wrong_digests(record_.table(), raw)) wrong.push_back(all[place]);
  if (!wrong.empty()) damaged(record_.offset(), record_.end(), DamageKind::digest, std::move(wrong));
}

void SegmentChecker::check_records(const File& file, const Watermark& watermark, uint32_t end) {
  const SegmentSeed seed = segment_seed(site_->uuid, watermark.segment);
  std::optional<Error> refused;  // why no record was found from refused_at on
  uint32_t refused_at = 0;
  uint32_t from = SegmentHeader::kBytes;
  for (unsigned refusals = 0; refusals < kRefusalsMax; ++refusals) {
    SegmentScanner scanner(file, seed, from, end);
    Result<bool> found = true;
    while (true) {
      found = scanner.next(record_);
      if (unknown(found)) break;
      const uint32_t gap_end = found ? scanner.gap_end() : end;
      if (refused) {
        unread(refused_at, gap_end, *std::exchange(refused, std::nullopt));
      } else if (scanner.gap_begin() != gap_end) {
        damaged(scanner.gap_begin(), gap_end, DamageKind::head, listed_in(scanner.gap_begin(), gap_end));
      }
      if (!found || !*found) return;
      check_record(file);
    }
    if (!refused) {
      refused = found.error();
      refused_at = scanner.gap_begin();
    }
    from = resume_behind(scanner.gap_end(), end);
  }
  unread(refused_at, end, *refused);
}

// Loads the footer, if there is one. Where the records end.
uint32_t SegmentChecker::find_end(const File& file, const Watermark& watermark, uint64_t size) {
  if (size < watermark.bytes) {
    damaged(static_cast<uint32_t>(size), watermark.bytes, DamageKind::missing, {});
    return static_cast<uint32_t>(size);
  }
  auto footer = load_footer(file, segment_seed(site_->uuid, segment_), watermark.bytes);
  // One that cannot be read is found so again, behind the records.
  if (!footer || !*footer) return watermark.bytes;
  footer_ = std::move(*footer);
  return footer_->footer.data_bytes();
}

CheckTotals SegmentChecker::check(const Watermark& watermark) {
  totals_ = {};
  totals_.segments = 1;
  segment_ = watermark.segment;
  footer_.reset();
  blocks_seen_ = 0;
  footer_differs_ = records_damaged_ = false;
  const auto file = site_->files->open(site_->paths.segment(segment_), false);
  const auto size = file ? (*file)->size() : Result<uint64_t>(Failure(file.error()));
  if (unknown(size)) {
    unread(0, watermark.bytes, size.error());
    return totals_;
  }
  if (!size) {
    damaged(0, std::max(watermark.bytes, 1u), DamageKind::missing, {});
    return totals_;
  }
  totals_.bytes_read = std::min<uint64_t>(*size, watermark.bytes);
  totals_.bytes_unacknowledged = *size - totals_.bytes_read;
  const uint32_t end = find_end(**file, watermark, *size);
  check_header(**file, watermark);
  check_records(**file, watermark, end);
  // Where records cannot be read, the footer knows more than they do.
  const bool all_read = !records_damaged_ && totals_.unread == 0;
  if (footer_ && (footer_differs_ || (all_read && blocks_seen_ != footer_->footer.size()))) {
    damaged_part(end, watermark.bytes, "the footer does not list what the records hold");
  }
  return totals_;
}

}  // namespace penstock
