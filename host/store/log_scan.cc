// SPDX-License-Identifier: Apache-2.0
#include "store/log_scan.h"

#include <algorithm>

#include "base/limits.h"
#include "store/file_header.h"

namespace penstock {
namespace {

constexpr size_t kWindowBytes = kMiB;

Failure not_a_log(const std::string& path, const char* why) {
  return fail(Errc::corrupt, path, why,
              "restore this file from a copy; the blocks in segments/ are not affected");
}

// Walks over the file through a window that holds at least one record.
class LogScanner {
 public:
  LogScanner(const File& file, const StoreUuid& uuid, const LogVisit& visit, LogScan& scan)
      : file_(&file), uuid_(&uuid), visit_(&visit), scan_(&scan) {}

  Status run();

 private:
  // Up to `bytes` bytes at `offset`, fewer at the end of the file.
  Result<Bytes> peek(uint64_t offset, size_t bytes);
  Result<bool> record_at(uint64_t offset, LogRecord& record);  // whether one is there
  Result<uint64_t> next_magic(uint64_t from);
  Status take(LogRecord&& record, uint64_t offset, uint64_t gap_begin);

  const File* file_;
  const StoreUuid* uuid_;
  const LogVisit* visit_;
  LogScan* scan_;
  std::vector<uint8_t> window_;
  uint64_t window_offset_ = 0;
};

Result<Bytes> LogScanner::peek(uint64_t offset, size_t bytes) {
  bytes = static_cast<size_t>(std::min<uint64_t>(bytes, scan_->size - offset));
  if (offset < window_offset_ || offset + bytes > window_offset_ + window_.size()) {
    const uint64_t left = scan_->size - offset;
    window_.resize(static_cast<size_t>(std::min<uint64_t>(std::max(bytes, kWindowBytes), left)));
    window_offset_ = offset;
    PENSTOCK_TRY(file_->read(offset, window_));
  }
  return Bytes(window_).subspan(static_cast<size_t>(offset - window_offset_), bytes);
}

Result<bool> LogScanner::record_at(uint64_t offset, LogRecord& record) {
  PENSTOCK_TRY_ASSIGN(const Bytes header, peek(offset, LogRecord::kHeaderBytes));
  const auto size = parse_log_record_bytes(header, *uuid_);
  if (!size) return false;
  PENSTOCK_TRY_ASSIGN(const Bytes whole, peek(offset, *size));
  auto parsed = parse_log_record(whole, *uuid_);
  if (parsed) record = std::move(*parsed);
  return parsed.has_value();
}

Result<uint64_t> LogScanner::next_magic(uint64_t from) {
  while (from + LogRecord::kHeaderBytes <= scan_->size) {
    PENSTOCK_TRY_ASSIGN(const Bytes window, peek(from, kWindowBytes));
    const size_t at = as_text(window).find(kLogRecordMagic);
    if (at != std::string_view::npos) return from + at;
    from += window.size() - (kLogRecordMagic.size() - 1);
  }
  return scan_->size;
}

Status LogScanner::take(LogRecord&& record, uint64_t offset, uint64_t gap_begin) {
  const uint64_t before = scan_->last ? scan_->last->sequence : 0;
  scan_->end = offset + record.encoded_bytes();
  const bool copy = scan_->last && record.sequence <= before;
  const uint64_t lost = copy ? 0 : record.sequence - before - 1;
  if (gap_begin != offset || lost > 0) scan_->damage.push_back({gap_begin, offset, lost});
  scan_->records_lost += lost;
  if (copy) {
    scan_->last_copied = true;
    return {};
  }
  for (const Watermark& watermark : record.watermarks) {
    scan_->watermarks.set(watermark);
    if (scan_->records_lost > 0) {
      scan_->suspect_segment_end = std::max(scan_->suspect_segment_end, watermark.segment);
    }
  }
  for (const Cid& commit : record.commits) scan_->commits.push_back({commit, offset});
  scan_->last = std::move(record);
  scan_->last_copied = false;
  scan_->last_offset = offset;
  return *visit_ ? (*visit_)(*scan_->last) : Status();
}

Status LogScanner::run() {
  PENSTOCK_TRY_ASSIGN(const Bytes header, peek(0, kFileHeaderBytes));
  if (!check_file_header(header, kCommitLogMagic, *uuid_)) {
    scan_->damage.push_back({0, kFileHeaderBytes, 0});
  }
  uint64_t at = kFileHeaderBytes;
  scan_->end = at;
  while (at < scan_->size) {
    const uint64_t expected = at;
    LogRecord record;
    PENSTOCK_TRY_ASSIGN(bool found, record_at(at, record));
    while (!found) {
      PENSTOCK_TRY_ASSIGN(at, next_magic(at + 1));
      if (at >= scan_->size) return {};
      PENSTOCK_TRY_ASSIGN(found, record_at(at, record));
    }
    PENSTOCK_TRY(take(std::move(record), at, expected));
    at = scan_->end;
  }
  return {};
}

}  // namespace

std::string LogDamage::text() const {
  const std::string where = "bytes " + std::to_string(begin) + " to " + std::to_string(end);
  if (begin == 0) return "the header is damaged; the records behind it are not affected";
  if (records_lost == 0) return where + " are damaged; nothing is lost: each record is there twice";
  return where + " are damaged: " + std::to_string(records_lost) + " records are lost";
}

Result<LogScan> scan_log(const File& file, const std::string& path, const StoreUuid& uuid,
                         const LogVisit& visit) {
  LogScan scan;
  PENSTOCK_TRY_ASSIGN(scan.size, file.size());
  // init puts the header there at once, with the name: it is never the end of a write that was cut off.
  if (scan.size < kFileHeaderBytes)
    return not_a_log(path, scan.size == 0 ? "is empty" : "ends within its header");
  PENSTOCK_TRY(LogScanner(file, uuid, visit, scan).run());
  if (!scan.damage.empty() && !scan.last)
    return not_a_log(path, "holds neither its header nor any whole record");
  return scan;
}

}  // namespace penstock
