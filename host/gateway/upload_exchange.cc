// SPDX-License-Identifier: Apache-2.0
#include "gateway/upload_exchange.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "gateway/held_body.h"
#include "gateway/refusal.h"

namespace penstock {
namespace {

MadeAnswer created_answer(const StoredUpload& stored) {
  nlohmann::ordered_json json;
  json["cid"] = stored.cid.text();
  json["commit"] = stored.commit.text();
  json["bytes"] = stored.bytes;
  MadeAnswer answer = held_answer(201, "application/json", json.dump() + "\n");
  answer.head.fields.push_back({"location", "/ipfs/" + stored.cid.text()});
  answer.head.fields.push_back({"cache-control", "no-store"});
  return answer;
}

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
  gone_();
}

void UploadExchange::break_off(MadeAnswer answer) {
  answer_ = std::move(answer);
  if (settled_ || dropped_) return;
  dropped_ = true;
  door_->drop(place_.upload);
}

void UploadExchange::settle(const Result<StoredUpload>& result) {
  settled_ = true;
  if (answer_) return;
  answer_ = result ? created_answer(*result) : failed_answer(result.error());
}

size_t UploadExchange::take_body(Bytes bytes) {
  if (answer_) return bytes.size();
  const uint64_t rest_max = place_.bytes_max - bytes_;
  if (bytes.size() > rest_max) {
    break_off(refusal_answer(
        {413, "the upload", "is larger than this server takes", "see limits in /v1/store", {}}));
    return bytes.size();
  }
  if (place_.expected && bytes.size() > *place_.expected - bytes_) {
    break_off(refusal_answer({400, "the upload", "is longer than its Content-Length", {}, {}}));
    return bytes.size();
  }
  const size_t taken = door_->append(place_.upload, bytes);
  bytes_ += taken;
  return taken;
}

void UploadExchange::end_body() {
  body_ended_ = true;
  if (answer_) return;
  if (place_.expected && bytes_ != *place_.expected) {
    break_off(refusal_answer({400, "the upload", "is shorter than its Content-Length", "send it again", {}}));
    return;
  }
  door_->finish(place_.upload);
}

BodyRead UploadExchange::read_body(MutableBytes into) {
  if (!answer_) return {0, BodyRead::State::wait};
  const auto filled = answer_->body->fill(into);
  return {*filled, *filled < into.size() ? BodyRead::State::end : BodyRead::State::more};
}

}  // namespace penstock
