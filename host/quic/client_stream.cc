// SPDX-License-Identifier: Apache-2.0
#include "quic/client_stream.h"

#include <charconv>
#include <string>
#include <utility>

#include "base/check.h"
#include "quic/client_connection.h"

namespace penstock {
namespace {

constexpr size_t kFieldOverhead = 32;  // RFC 9114, section 4.2.2
constexpr unsigned kFirstFinalStatus = 200;

template <class Number>
Number number_of(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

void ClientStream::field(int32_t token, std::string_view name, std::string_view value) {
  head_bytes_ += name.size() + value.size() + kFieldOverhead;
  if (head_bytes_ > connection_.field_section_bytes()) {
    finish(fail(Errc::failed, "response", "its head is larger than is allowed here"));
    connection_.cancel_stream(id());
    return;
  }
  if (token == NGHTTP3_QPACK_TOKEN__STATUS) {
    head_.status = number_of<unsigned>(value);
  } else {
    if (token == NGHTTP3_QPACK_TOKEN_CONTENT_LENGTH) head_.content_bytes = number_of<uint64_t>(value);
    head_.fields.push_back({std::string(name), std::string(value)});
  }
}

void ClientStream::end_head(bool) {
  if (head_known_) return;
  if (head_.status < kFirstFinalStatus) {
    head_ = {0, {}, {}};
    head_bytes_ = 0;
    return;
  }
  head_known_ = true;
  if (request_ != nullptr) request_->response(head_);
}

void ClientStream::receive(Bytes body) {
  size_t taken = body.size();
  if (request_ != nullptr) taken = pending_.empty() ? request_->take_body(body) : 0;
  PENSTOCK_CHECK(taken <= body.size());
  connection_.credit(id(), taken);
  pending_.add(body.subspan(taken));
}

void ClientStream::feed() {
  if (request_ == nullptr || pending_.empty()) return;
  size_t taken = 0;
  while (request_ != nullptr && !pending_.empty()) {
    const Bytes front = pending_.front();
    const size_t now = request_->take_body(front);
    // It may have given the request up: then all has been credited.
    if (pending_.empty()) break;
    pending_.take(now);
    taken += now;
    if (now != front.size()) break;
  }
  connection_.credit(id(), taken);
  if (pending_.empty() && response_ended_) end();
}

void ClientStream::end() {
  response_ended_ = true;
  if (!pending_.empty()) return;
  // The server has said all it will say: the rest of the body is of no use to it. What was given may be sent
  // again until it is acknowledged, and is the request's memory.
  if (!body_ended_) connection_.cancel_stream(id());
  if (closed_ || !body_ended_ || acked_ == given_) finish({});
}

void ClientStream::resume() {
  feed();
  if (!body_ended_ && !closed_) connection_.resume_body(id());
}

BodyPiece ClientStream::next_body() {
  if (request_ == nullptr) return {{}, BodyRead::State::wait};
  const BodyPiece piece = request_->next_body();
  given_ += piece.bytes.size();
  if (piece.state == BodyRead::State::end) body_ended_ = true;
  if (piece.state == BodyRead::State::failed)
    finish(fail(Errc::failed, "request", "its body could not be completed"));
  return piece;
}

void ClientStream::acked(uint64_t bytes) {
  acked_ += bytes;
  if (request_ == nullptr) return;
  request_->body_acked(bytes);
  if (response_ended_) end();
}

void ClientStream::finish(Status status) {
  if (request_ == nullptr) return;
  std::exchange(request_, nullptr)->finished(std::move(status));
  connection_.forget_request(request_id_);
  if (closed_) connection_.forget_stream(id());
  connection_.credit(id(), pending_.size());
  pending_.clear();
}

void ClientStream::lose(const Status& status) {
  finish(response_ended_ && pending_.empty() ? Status() : status);
}

void ClientStream::closed(Status status) {
  closed_ = true;
  if (request_ == nullptr)
    connection_.forget_stream(id());
  else if (!response_ended_)
    finish(std::move(status));
  else
    end();
}

}  // namespace penstock
