// SPDX-License-Identifier: Apache-2.0
#include "gateway/upload_exchange.h"

#include <algorithm>
#include <utility>

#include "gateway/partial_answer.h"
#include "gateway/refusal.h"

namespace penstock {
namespace {

// What the store's disk or its other contents have to do with it is no business of who may only append.
MadeAnswer failed_answer(const Error& error) {
  if (error.code == Errc::usage) return refusal_answer({400, "the upload", error.why, error.remedy, {}});
  // Of pieces alone, and those are for readers.
  if (error.code == Errc::absent) return refusal_answer({409, "the upload", error.why, error.remedy, {}});
  return refusal_answer(
      {500, "the upload", "the store could not take it", "try again; tell the operator", {}});
}

}  // namespace

UploadExchange::UploadExchange(UploadDoor& door, GatewayCounters& counters, const Place& place,
                               std::function<void()> gone)
    : door_(&door), counters_(&counters), place_(place), gone_(std::move(gone)) {
  counters_->upload_begun();
}

UploadExchange::~UploadExchange() {
  if (!settled_ && !dropped_) door_->drop(place_.upload);
  counters_->upload_ended();
  leave();
}

// Its place is free for the next one, though its answer may be under way yet.
void UploadExchange::leave() {
  if (!std::exchange(left_, true)) gone_();
}

void UploadExchange::break_off(MadeAnswer answer) {
  answer_ = std::move(answer);
  leave();
  if (settled_ || dropped_) return;
  dropped_ = true;
  door_->drop(place_.upload);
}

void UploadExchange::settle(const Result<StoredUpload>& result) {
  settled_ = true;
  leave();
  if (answer_) return;
  const bool whole = result && (place_.pieces || result->bytes == offset() + bytes_);
  answer_ = whole ? stored_answer(*result) : failed_answer(result ? Error{} : result.error());
}

void UploadExchange::suspended(const UploadNews::Suspended& news) {
  settled_ = true;
  leave();
  if (answer_) return;
  const Place::Part& part = *place_.part;
  const bool kept = news.offset == part.offset + bytes_;
  if (kept && body_ended_ && !part.complete) {
    answer_ = part.created ? partial_created_answer(news.token, news.offset, part.age_s_max, place_.bytes_max)
                           : partial_kept_answer(news.offset);
  } else {
    answer_ = mismatch_answer(news.offset, part.offset + bytes_);
  }
}

void UploadExchange::let_go() {
  if (answer_ || body_ended_) return;
  break_off(refusal_answer({409, "this upload", "is gone on with by another request", {}, {}}));
}

// Answers where that is so.
bool UploadExchange::too_long(size_t more) {
  if (more > place_.bytes_max - std::min(place_.bytes_max, offset() + bytes_)) {
    break_off(refusal_answer(
        {413, "the upload", "is larger than this server takes", "see limits in /v1/store", {}}));
  } else if (place_.expected && more > *place_.expected - bytes_) {
    break_off(refusal_answer({400, "the upload", "is longer than its Content-Length", {}, {}}));
  } else if (place_.part && place_.part->bytes.value_or(UINT64_MAX) < offset() + bytes_ + more) {
    break_off(refusal_answer({400, "the upload", "is longer than its Upload-Length", {}, {}}));
  }
  return answer_.has_value();
}

size_t UploadExchange::take_body(Bytes bytes) {
  if (answer_ || too_long(bytes.size())) return bytes.size();
  const size_t taken = door_->append(place_.upload, bytes);
  bytes_ += taken;
  return taken;
}

void UploadExchange::end_body() {
  body_ended_ = true;
  if (answer_) return;
  if (place_.expected && bytes_ != *place_.expected)
    return break_off(
        refusal_answer({400, "the upload", "is shorter than its Content-Length", "send it again", {}}));
  if (place_.part && !place_.part->complete) return door_->suspend(place_.upload);
  if (place_.part && place_.part->bytes.value_or(offset() + bytes_) != offset() + bytes_)
    return break_off(refusal_answer({400, "the upload", "is shorter than its Upload-Length", {}, {}}));
  door_->finish(place_.upload);
}

BodyRead UploadExchange::read_body(MutableBytes into) {
  if (!answer_) return {0, BodyRead::State::wait};
  if (answer_->body == nullptr) return {};
  const auto filled = answer_->body->fill(into);
  return {*filled, *filled < into.size() ? BodyRead::State::end : BodyRead::State::more};
}

}  // namespace penstock
