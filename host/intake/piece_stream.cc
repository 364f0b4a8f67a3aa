// SPDX-License-Identifier: Apache-2.0
#include "intake/piece_stream.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr size_t kFirstBytes = 4 << 10;
// So many pieces of each kind may be of any size; of more, each has to be of half the chunker's least on
// average, and zero runs have to lie between others. Else a short body could make the store work and write
// for many times as much.
constexpr uint64_t kPiecesFree = 64;

}  // namespace

PieceStream::PieceStream(uint64_t id, std::string name, const ChunkerSpec& spec, uint64_t content_bytes_max)
    : UploadBody(id, std::move(name)),
      piece_bytes_max_(spec.max),
      piece_bytes_usual_(std::max<uint32_t>(spec.min / 2, 1)),
      content_bytes_max_(content_bytes_max) {}

bool PieceStream::would_be_large(size_t bytes) const {
  return capacity_ <= kSmallBytes && window_bytes_ + bytes > kSmallBytes;
}

void PieceStream::refuse(const char* why) {
  error_ = Error{Errc::usage, "the upload", why, "see docs/ingest.md, Pieces"};
  state_ = State::over;
}

size_t PieceStream::take(Bytes bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && !ready_) {
    const Bytes rest = bytes.subspan(taken);
    switch (state_) {
      case State::magic:
        taken += take_magic(rest);
        break;
      case State::head:
        taken += take_head(rest);
        break;
      case State::data:
        taken += take_data(rest);
        break;
      case State::over:
        if (!error_) refuse("goes on behind its end");
        return bytes.size();
    }
  }
  return taken;
}

size_t PieceStream::take_magic(Bytes bytes) {
  const size_t now = std::min(bytes.size(), kPiecesMagic.size() - head_length_);
  std::memcpy(head_bytes_.data() + head_length_, bytes.data(), now);
  head_length_ += now;
  if (head_length_ < kPiecesMagic.size()) return now;
  head_length_ = 0;
  state_ = State::head;
  if (!std::equal(kPiecesMagic.begin(), kPiecesMagic.end(), head_bytes_.begin()))
    refuse("does not begin as a body of pieces does");
  return now;
}

size_t PieceStream::take_head(Bytes bytes) {
  const size_t before = head_length_;
  const size_t now = std::min(bytes.size(), head_bytes_.size() - before);
  std::memcpy(head_bytes_.data() + before, bytes.data(), now);
  head_length_ += now;
  const auto length = parse_piece_head(Bytes(head_bytes_).first(head_length_), head_);
  if (!length) {
    refuse("has a piece of a kind that there is not");
    return now;
  }
  if (*length == 0) return now;
  head_length_ = 0;
  begin_piece();
  return *length - before;
}

void PieceStream::begin_piece() {
  if (head_.kind == PieceHead::Kind::end) {
    state_ = State::over;
    if (head_.length != content_bytes_) refuse("is not as long as its end says");
    return;
  }
  if (head_.length == 0) return refuse("has an empty piece");
  if (head_.length > content_bytes_max_ - content_bytes_) return refuse("is larger than this server takes");
  content_bytes_ += head_.length;
  if (head_.kind == PieceHead::Kind::zero_run) {
    if (++zero_runs_ > kPiecesFree + (data_.bytes + known_.bytes) / piece_bytes_usual_)
      return refuse("consists of too many runs of zeros");
    ready_ = true;
    return;
  }
  if (head_.length > piece_bytes_max_) return refuse("has a piece that is larger than the store's chunks");
  Share& share = head_.kind == PieceHead::Kind::known ? known_ : data_;
  share.bytes += head_.length;
  if (++share.pieces > kPiecesFree && share.bytes / share.pieces < piece_bytes_usual_)
    return refuse("consists of too many small pieces");
  ready_ = head_.kind == PieceHead::Kind::known;
  if (!ready_) state_ = State::data;
}

size_t PieceStream::take_data(Bytes bytes) {
  const size_t now = std::min<size_t>(bytes.size(), head_.length - window_bytes_);
  if (window_bytes_ + now > capacity_) {
    const size_t wanted = std::bit_ceil(std::max(window_bytes_ + now, kFirstBytes));
    auto larger = std::make_unique_for_overwrite<uint8_t[]>(wanted);
    if (window_bytes_ > 0) std::memcpy(larger.get(), window_.get(), window_bytes_);
    count_shifted(window_bytes_);
    window_ = std::move(larger);
    capacity_ = wanted;
  }
  std::memcpy(window_.get() + window_bytes_, bytes.data(), now);
  window_bytes_ += now;
  ready_ = window_bytes_ == head_.length;
  return now;
}

UploadPiece PieceStream::piece() const {
  PENSTOCK_CHECK(ready_);
  switch (head_.kind) {
    case PieceHead::Kind::known:
      return {UploadPiece::Kind::known, head_.length, head_.digest};
    case PieceHead::Kind::zero_run:
      return {UploadPiece::Kind::zero_run, head_.length, {}};
    case PieceHead::Kind::data:
    case PieceHead::Kind::end:
      break;
  }
  return {UploadPiece::Kind::data, head_.length, {}};
}

void PieceStream::pass_piece() {
  ready_ = false;
  window_bytes_ = 0;
  state_ = State::head;
}

void PieceStream::end() {
  ended_ = true;
  if (state_ != State::over) refuse("ends in the middle");
}

}  // namespace penstock
