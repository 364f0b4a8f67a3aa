// SPDX-License-Identifier: Apache-2.0
#include "sender/have_question.h"

#include <utility>

namespace penstock {
namespace {

constexpr unsigned kOk = 200;
constexpr unsigned kTooManyRequests = 429;
constexpr unsigned kUnavailable = 503;
constexpr unsigned kAgainMax = 8;

}  // namespace

Bytes HaveQuestion::known() const {
  if (!status() || head().status != kOk) return {};
  return as_bytes(text());
}

bool HaveQuestion::asked_too_much() const {
  return status() && (head().status == kTooManyRequests || head().status == kUnavailable);
}

BodyPiece HaveQuestion::next_body() {
  const std::span<const Digest> digests = part_->pieces.digests();
  return {{reinterpret_cast<const uint8_t*>(digests.data()), digests.size_bytes()}, BodyRead::State::end};
}

void HaveQuestions::ask(QuicClient& client, UploadLane& lane, const std::string& authority) {
  while (asked_.size() < kAtOnce) {
    BodyBuffer* const part = lane.take_unasked();
    if (part == nullptr) return;
    const size_t bytes = part->pieces.digests().size_bytes();
    if (bytes == 0) {
      lane.encode(*part, {});
      continue;
    }
    HttpRequest head;
    head.method = "POST";
    head.path = "/v1/have";
    head.authority = authority;
    head.fields.push_back({"content-type", "application/octet-stream"});
    if (!token_.empty()) head.fields.push_back({"authorization", "Bearer " + token_});
    head.has_body = true;
    head.content_bytes = bytes;
    ++part->questions;
    auto question = std::make_unique<HaveQuestion>(lane, *part);
    const auto request = client.submit(head, *question);
    if (!request) {
      lane.encode(*part, {});
      continue;
    }
    question->request = *request;
    asked_.push_back(std::move(question));
  }
}

void HaveQuestions::settle(QuicClient* client) {
  std::erase_if(asked_, [&](const std::unique_ptr<HaveQuestion>& question) {
    if (!question->ended()) return false;
    UploadLane& lane = question->lane();
    if (question->asked_too_much() && question->part().questions < kAgainMax) {
      // Its turn comes again, behind those that are under way.
      question->part().asked = false;
      return true;
    }
    lane.encode(question->part(), question->known());
    if (client != nullptr && lane.request() && !lane.ended()) client->resume(*lane.request());
    return true;
  });
}

void HaveQuestions::forget(QuicClient* client, const UploadLane& lane) {
  std::erase_if(asked_, [&](const std::unique_ptr<HaveQuestion>& question) {
    if (&question->lane() != &lane) return false;
    if (client != nullptr && !question->ended()) client->cancel(question->request);
    return true;
  });
}

}  // namespace penstock
