// SPDX-License-Identifier: Apache-2.0
#include "intake/upload_stream.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr size_t kFirstBytes = 4 << 10;
// What is looked through at a time; less would be looked through again and again where cuts are far apart.
constexpr size_t kScanBytes = 128 << 10;

}  // namespace

UploadStream::UploadStream(uint64_t id, std::string name, const ChunkerSpec& spec)
    : UploadBody(id, std::move(name)),
      chunker_(spec),
      // Half of it is new each time that what was left over moves to its front.
      capacity_max_(2 * std::max(chunker_.retained_max(), kScanBytes)) {}

bool UploadStream::grow(size_t wanted) {
  wanted = std::min(std::bit_ceil(std::max(wanted, kFirstBytes)), capacity_max_);
  if (wanted <= capacity_) return false;
  auto larger = std::make_unique_for_overwrite<uint8_t[]>(wanted);
  if (end_ > 0) std::memcpy(larger.get(), window_.get(), end_);
  count_shifted(end_);
  window_ = std::move(larger);
  capacity_ = wanted;
  return true;
}

void UploadStream::compact() {
  PENSTOCK_CHECK(!has_piece());
  if (scan_begin_ == 0) return;
  std::memmove(window_.get(), window_.get() + scan_begin_, end_ - scan_begin_);
  count_shifted(end_ - scan_begin_);
  origin_ += scan_begin_;
  end_ -= scan_begin_;
  scanned_end_ -= scan_begin_;
  scan_begin_ = 0;
}

void UploadStream::cut(Tail tail) {
  PENSTOCK_CHECK(!has_piece());
  pieces_.clear();
  next_piece_ = 0;
  const Bytes window(window_.get() + scan_begin_, end_ - scan_begin_);
  scan_begin_ += chunker_.scan(window, tail, 0, pieces_);
  scanned_end_ = end_;
}

size_t UploadStream::take(Bytes bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && !has_piece()) {
    if (end_ == capacity_ && !grow(end_ + bytes.size() - taken)) {
      if (scanned_end_ < end_) cut(Tail::more);
      if (has_piece()) break;
      compact();
      PENSTOCK_CHECK(end_ < capacity_);
    }
    const size_t now = std::min(bytes.size() - taken, capacity_ - end_);
    std::memcpy(window_.get() + end_, bytes.data() + taken, now);
    end_ += now;
    taken += now;
    if (end_ - scanned_end_ >= kScanBytes) cut(Tail::more);
  }
  return taken;
}

void UploadStream::begin_within_zeros(uint64_t zeros) {
  PENSTOCK_CHECK(end_ == 0 && origin_ == 0 && pieces_.empty());
  chunker_.scan({}, Tail::zeros, zeros, pieces_);
  PENSTOCK_CHECK(pieces_.empty());
  origin_ = zeros;
}

void UploadStream::end() {
  PENSTOCK_CHECK(!ended_ && !has_piece());
  cut(Tail::end);
  ended_ = true;
}

UploadPiece UploadStream::piece() const {
  const Piece& next = pieces_[next_piece_];
  const bool data = next.kind == Piece::Kind::data;
  return {data ? UploadPiece::Kind::data : UploadPiece::Kind::zero_run, next.length, {}};
}

Bytes UploadStream::piece_bytes() const {
  const uint64_t at = piece_offset_ - origin_;
  const uint64_t length = pieces_[next_piece_].length;
  PENSTOCK_CHECK(at + length <= end_);
  return {window_.get() + at, static_cast<size_t>(length)};
}

void UploadStream::pass_piece() {
  piece_offset_ += pieces_[next_piece_].length;
  ++next_piece_;
}

}  // namespace penstock
