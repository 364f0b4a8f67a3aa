// SPDX-License-Identifier: Apache-2.0
#include "sender/upload_lane.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "chunking/piece_head.h"
#include "sender/object_path.h"

namespace penstock {
namespace {

// An object of fewer bytes is one chunk, and not worth a question.
constexpr uint64_t kPlainBytes = 16 << 10;

}  // namespace

void UploadLane::begin_next() {
  plain_ = false;
  attempts = 0;
  bytes_sent = 0;
  bytes_shown = 0;
  begin_again();
}

void UploadLane::begin_again() {
  PENSTOCK_CHECK(state_ == State::idle || state_ == State::paused);
  state_ = State::opening;
  begin_reading();
}

void UploadLane::end_reading(BodyBuffer* part) {
  PENSTOCK_CHECK(reading_);
  reading_ = false;
  if (part == nullptr) return;
  if (state_ == State::opening) {
    state_ = State::ready;
    as_pieces_ = takes_pieces_ && !plain_ && !(part->last && part->bytes < kPlainBytes);
  }
  read_to_end_ = part->last;
  parts_.push_back(part);
}

// A file that was read to its end has the length that was read; another has at most its size, and one that
// falls short of it is given up.
HttpRequest UploadLane::request_head(const std::string& token) const {
  HttpRequest head;
  head.method = "PUT";
  head.path = object_path(body_.name());
  const std::string_view type = as_pieces_ ? kPiecesMediaType : "application/octet-stream";
  head.fields.push_back({"content-type", std::string(type)});
  if (!token.empty()) head.fields.push_back({"authorization", "Bearer " + token});
  head.has_body = true;
  if (as_pieces_) return head;
  if (read_to_end_) {
    head.content_bytes = body_.bytes();
  } else if (body_.size_hint() != 0) {
    head.content_bytes = body_.size_hint();
  }
  return head;
}

void UploadLane::begin_request(uint64_t request) {
  PENSTOCK_CHECK(state_ == State::ready);
  state_ = State::sending;
  request_ = request;
  ++attempts;
}

void UploadLane::end_request() {
  for (BodyBuffer* part : parts_) buffers_.give_back(part);
  parts_.clear();
  next_ = 0;
  next_segment_ = 0;
  acked_of_first_ = 0;
  acked_content_ = 0;
  given_ = 0;
  bytes_sent += std::exchange(acked_, 0);
  read_to_end_ = false;
  request_.reset();
  forget_answer();
}

void UploadLane::pause(Clock::time_point retry_at) {
  state_ = State::paused;
  retry_at_ = retry_at;
}

BodyPiece UploadLane::next_body() {
  if (as_pieces_) return next_segment();
  if (next_ == parts_.size()) return {{}, read_to_end_ ? BodyRead::State::end : BodyRead::State::wait};
  const BodyBuffer& part = *parts_[next_++];
  given_ += part.bytes;
  return {part.content(), part.last ? BodyRead::State::end : BodyRead::State::more};
}

// A part without any, in the midst of zeros say, is passed by.
BodyPiece UploadLane::next_segment() {
  while (next_ < parts_.size() && parts_[next_]->pieces.encoded()) {
    const BodyBuffer& part = *parts_[next_];
    const auto segments = part.pieces.segments();
    if (next_segment_ == segments.size()) {
      next_segment_ = 0;
      ++next_;
      free_acked();
      continue;
    }
    const Bytes segment = segments[next_segment_++];
    given_ += segment.size();
    if (!part.last || next_segment_ < segments.size()) return {segment, BodyRead::State::more};
    next_segment_ = 0;
    ++next_;
    return {segment, BodyRead::State::end};
  }
  return {{}, BodyRead::State::wait};
}

BodyBuffer* UploadLane::take_unasked() {
  if (!as_pieces_) return nullptr;
  const auto part = std::ranges::find(parts_, false, &BodyBuffer::asked);
  if (part == parts_.end()) return nullptr;
  (*part)->asked = true;
  return *part;
}

void UploadLane::encode(BodyBuffer& part, Bytes known) {
  part.pieces.encode(known, part.first, part.last ? std::optional(body_.bytes()) : std::nullopt);
}

void UploadLane::body_acked(uint64_t bytes) {
  acked_ += bytes;
  acked_of_first_ += bytes;
  free_acked();
}

// The last part of a plain body may be empty: it is no longer needed once its end was given.
void UploadLane::free_acked() {
  while (next_ > 0 && acked_of_first_ >= wire_bytes(*parts_.front())) {
    acked_of_first_ -= wire_bytes(*parts_.front());
    acked_content_ += parts_.front()->bytes;
    buffers_.give_back(parts_.front());
    parts_.pop_front();
    --next_;
  }
}

}  // namespace penstock
