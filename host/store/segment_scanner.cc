// SPDX-License-Identifier: Apache-2.0
#include "store/segment_scanner.h"

#include <algorithm>

namespace penstock {
namespace {

constexpr uint32_t kWindowBytes = 256 * kKiB;

}  // namespace

Result<bool> SegmentScanner::read_at(uint32_t offset, StoredRecord& record) {
  const Status read = record.read_head(*file_, seed_, offset, to_);
  if (read) return true;
  if (read.error().code != Errc::corrupt) return Failure(read.error());
  return false;
}

// The first position from `from` on that begins like a record, or the end.
Result<uint32_t> SegmentScanner::next_magic(uint32_t from) {
  window_.resize(kWindowBytes);
  while (from < to_ && to_ - from >= RecordHeader::kBytes) {
    const MutableBytes window = MutableBytes(window_).first(std::min(to_ - from, kWindowBytes));
    PENSTOCK_TRY(file_->read(from, window));
    const size_t at = as_text(window).find(kRecordMagic);
    if (at != std::string_view::npos) return from + static_cast<uint32_t>(at);
    // The magic may lie across the window's end.
    from += static_cast<uint32_t>(window.size() - (kRecordMagic.size() - 1));
  }
  return to_;
}

Result<bool> SegmentScanner::next(StoredRecord& record) {
  gap_begin_ = gap_end_ = position_;
  if (position_ >= to_) return false;
  PENSTOCK_TRY_ASSIGN(bool found, read_at(position_, record));
  while (!found) {
    PENSTOCK_TRY_ASSIGN(position_, next_magic(position_ + 1));
    gap_end_ = position_;
    if (position_ >= to_) return false;
    PENSTOCK_TRY_ASSIGN(found, read_at(position_, record));
  }
  position_ = record.end();
  return true;
}

}  // namespace penstock
