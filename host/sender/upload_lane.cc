// SPDX-License-Identifier: Apache-2.0
#include "sender/upload_lane.h"

#include <utility>

#include "base/check.h"
#include "sender/object_path.h"

namespace penstock {

void UploadLane::begin_next() {
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
  if (state_ == State::opening) state_ = State::ready;
  read_to_end_ = part->last;
  parts_.push_back(part);
}

// A file that was read to its end has the length that was read; another has at most its size, and one that
// falls short of it is given up.
HttpRequest UploadLane::request_head(const std::string& token) const {
  HttpRequest head;
  head.method = "PUT";
  head.path = object_path(body_.name());
  head.fields.push_back({"content-type", "application/octet-stream"});
  if (!token.empty()) head.fields.push_back({"authorization", "Bearer " + token});
  head.has_body = true;
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
  acked_of_first_ = 0;
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
  if (next_ == parts_.size()) return {{}, read_to_end_ ? BodyRead::State::end : BodyRead::State::wait};
  const BodyBuffer& part = *parts_[next_++];
  return {part.content(), part.last ? BodyRead::State::end : BodyRead::State::more};
}

void UploadLane::body_acked(uint64_t bytes) {
  acked_ += bytes;
  acked_of_first_ += bytes;
  while (!parts_.empty() && acked_of_first_ >= parts_.front()->bytes) {
    // The last part may be empty: it is no longer needed once its end was given.
    if (next_ == 0) return;
    acked_of_first_ -= parts_.front()->bytes;
    buffers_.give_back(parts_.front());
    parts_.pop_front();
    --next_;
  }
}

}  // namespace penstock
