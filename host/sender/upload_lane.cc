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
  in_parts_ = false;
  place_ = {};
  bytes_kept = 0;
  attempts = 0;
  bytes_sent = 0;
  bytes_shown = 0;
  acked_to_.reset();
  begin_again();
}

void UploadLane::begin_again() {
  PENSTOCK_CHECK(state_ == State::idle || state_ == State::paused);
  state_ = State::opening;
  begin_ = 0;
  part_at_ = 0;
  place_.offset.reset();
  begin_reading();
}

void UploadLane::end_reading(BodyBuffer* part) {
  PENSTOCK_CHECK(reading_);
  reading_ = false;
  if (part == nullptr) return;
  skip(*part);
  part_at_ += part->bytes;
  if (state_ == State::opening) {
    // What the server has already was read for the root alone.
    if (part->bytes == part->skipped && !part->last && begin_ > 0) return buffers_.give_back(part);
    state_ = State::ready;
    as_pieces_ = takes_pieces_ && !plain_ && !(part->last && part->bytes < kPlainBytes);
  }
  read_to_end_ = part->last;
  parts_.push_back(part);
}

// Of the part that has just been read.
void UploadLane::skip(BodyBuffer& part) const {
  part.skipped = std::min<uint64_t>(part.bytes, begin_ - std::min(begin_, part_at_));
}

void UploadLane::send_in_parts(PartPlace place) {
  in_parts_ = true;
  bytes_kept = 0;
  acked_to_.reset();
  place_ = std::move(place);
  identity_ = body_.identity();
}

HttpRequest UploadLane::question_head(const std::string& token) const {
  HttpRequest head;
  head.method = place_.path.empty() ? "PUT" : "HEAD";
  head.path = place_.path.empty() ? object_path(body_.name()) : place_.path;
  if (!token.empty()) head.fields.push_back({"authorization", "Bearer " + token});
  if (!place_.path.empty()) return head;
  head.fields.push_back({"upload-complete", "?0"});
  if (body_.size_hint() != 0) head.fields.push_back({"upload-length", std::to_string(body_.size_hint())});
  return head;
}

void UploadLane::begin_question(uint64_t request) {
  PENSTOCK_CHECK(state_ == State::ready);
  state_ = State::asking;
  request_ = request;
  ++attempts;
  moved_at = Clock::now();
}

// The first part has been read by then, and no other.
void UploadLane::end_question(PartPlace place) {
  PENSTOCK_CHECK(state_ == State::asking && parts_.size() == 1);
  request_.reset();
  forget_answer();
  state_ = State::ready;
  place_ = std::move(place);
  if (!place_.offset) return;
  // What it has of the attempt before, but could not acknowledge any more, was sent all the same.
  if (acked_to_) bytes_sent += *place_.offset - std::min(*place_.offset, *acked_to_);
  acked_to_.reset();
  // Who gets on is not to run out of attempts.
  attempts = *place_.offset > bytes_kept ? 0 : attempts - 1;
  begin_ = bytes_kept = *place_.offset;
  BodyBuffer* const part = parts_.front();
  part_at_ = 0;
  skip(*part);
  part_at_ = part->bytes;
  if (part->skipped < part->bytes || part->last || begin_ == 0) return;
  parts_.clear();
  buffers_.give_back(part);
  state_ = State::opening;
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
    head.content_bytes = body_.bytes() - std::min(body_.bytes(), begin_);
  } else if (body_.size_hint() != 0) {
    head.content_bytes = body_.size_hint() - std::min(body_.size_hint(), begin_);
  }
  if (!in_parts_) return head;
  head.method = "PATCH";
  head.path = place_.path;
  head.fields.front().value = "application/partial-upload";
  head.fields.push_back({"upload-offset", std::to_string(begin_)});
  head.fields.push_back({"upload-complete", "?1"});
  head.has_body = head.content_bytes != 0;
  return head;
}

void UploadLane::begin_request(uint64_t request) {
  PENSTOCK_CHECK(state_ == State::ready);
  state_ = State::sending;
  request_ = request;
  ++attempts;
  moved_at = Clock::now();
  // All of it is there, and its end need not be given.
  const bool nothing_left =
      in_parts_ && read_to_end_ && parts_.size() == 1 && wire_bytes(*parts_.front()) == 0;
  if (nothing_left) next_ = 1;
}

void UploadLane::end_request() {
  for (BodyBuffer* part : parts_) buffers_.give_back(part);
  parts_.clear();
  next_ = 0;
  next_segment_ = 0;
  acked_of_first_ = 0;
  acked_content_ = 0;
  given_ = 0;
  if (in_parts_ && state_ == State::sending) acked_to_ = begin_ + acked_;
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
  given_ += wire_bytes(part);
  return {part.content().subspan(part.skipped), part.last ? BodyRead::State::end : BodyRead::State::more};
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
  moved_at = Clock::now();
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
