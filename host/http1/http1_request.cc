// SPDX-License-Identifier: Apache-2.0
#include "http1/http1_request.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "http1/http1_response.h"
#include "http1/tcp_progress.h"

namespace penstock {
namespace {

constexpr Http1Refusal kBrokenResponse{500, Http1Count::responses_failed,
                                       "the response cannot be sent over HTTP/1.1",
                                       "look at the server's log"};
// Of a response that goes past the library, which sends it whole or not at all.
constexpr size_t kSaidBytesMax = 8 << 10;

}  // namespace

Http1Request::Http1Request(Http1Site& site, Http1Connection& connection, uint64_t id, std::string target)
    : site_(&site), connection_(&connection), id_(id), target_(std::move(target)) {}

MHD_Result Http1Request::advance(const RequestLine& line, const char* data, size_t* bytes) {
  if (connection_->is_cut()) return MHD_NO;
  if (!head_read_) return begin(line);
  if (*bytes != 0) return take(as_bytes({data, *bytes}), bytes);
  return finish();
}

MHD_Result Http1Request::begin(const RequestLine& line) {
  head_read_ = true;
  auto head = read_request_head(connection_->handle(), line, target_, site_->limits);
  if (!head) return respond(head.error());
  head_ = std::move(*head);
  site_->tally->add(Http1Count::requests);
  const HttpRequest& request = head_.request;
  connection_->enter(request.has_body ? Http1Connection::Phase::receiving : Http1Connection::Phase::service);
  exchange_ = site_->service->begin(request, connection_->peer(), id_);
  PENSTOCK_CHECK(exchange_ != nullptr);
  if (!request.has_body || exchange_->response() == nullptr) return MHD_YES;
  // A client that waits for leave gets its answer instead.
  if (head_.expects_continue) return respond();
  if (exchange_->refuses_body() && request.content_bytes.value_or(0) > site_->limits.forgotten_bytes)
    return respond();
  return MHD_YES;
}

MHD_Result Http1Request::take(Bytes bytes, size_t* left) {
  if (exchange_->response() != nullptr && exchange_->refuses_body()) return forget(left);
  const size_t taken = exchange_->take_body(bytes);
  PENSTOCK_CHECK(taken <= bytes.size());
  site_->tally->add(Http1Count::body_bytes_in, taken);
  *left = bytes.size() - taken;
  if (*left != 0) suspend();
  return MHD_YES;
}

MHD_Result Http1Request::forget(size_t* left) {
  forgotten_bytes_ += *left;
  *left = 0;
  return forgotten_bytes_ > site_->limits.forgotten_bytes ? respond_past_library() : MHD_YES;
}

MHD_Result Http1Request::finish() {
  if (!body_ended_) {
    body_ended_ = true;
    connection_->enter(Http1Connection::Phase::service);
    exchange_->end_body();
  }
  if (exchange_->response() != nullptr) return respond();
  suspend();
  return MHD_YES;
}

MHD_Result Http1Request::respond() {
  const HttpResponse& head = *exchange_->response();
  const Http1Response response = make_http1_response(head, head_, *site_, &Http1Request::read_body, this);
  if (!response) return respond(kBrokenResponse);
  return queue(head.status, response.get());
}

MHD_Result Http1Request::respond(const Http1Refusal& refusal) {
  site_->tally->add(refusal.count);
  const Http1Response response = make_http1_response(refusal, *site_);
  if (!response) return MHD_NO;
  return queue(refusal.status, response.get());
}

MHD_Result Http1Request::queue(unsigned status, MHD_Response* response) {
  // Before the client can have it: who has an answer finds it counted.
  site_->tally->add_response(status);
  responded_ = true;
  connection_->enter(Http1Connection::Phase::sending);
  return MHD_queue_response(connection_->handle(), status, response);
}

// The connection ends behind it: the library closes it, and what the client still sends is forgotten.
MHD_Result Http1Request::respond_past_library() {
  const HttpResponse& head = *exchange_->response();
  std::vector<uint8_t> body(kSaidBytesMax);
  size_t bytes = 0;
  BodyRead::State state = BodyRead::State::more;
  while (state == BodyRead::State::more && bytes < body.size()) {
    const BodyRead read = exchange_->read_body(MutableBytes(body).subspan(bytes));
    bytes += read.bytes;
    state = read.state;
  }
  if (state != BodyRead::State::end) bytes = 0;
  std::string text = closing_head(head.status, site_->alt_svc);
  for (const HttpField& field : head.fields) {
    const bool of_lost_body = bytes == 0 && field.name.starts_with("content-");
    if (!is_hop_by_hop(field.name) && !of_lost_body) text += field.name + ": " + field.value + "\r\n";
  }
  text += "content-length: " + std::to_string(bytes) + "\r\n\r\n";
  text += as_text(Bytes(body).first(bytes));
  site_->tally->add_response(head.status);
  responded_ = true;
  connection_->say(text);
  said_ = true;
  return MHD_NO;
}

void Http1Request::suspend() {
  PENSTOCK_CHECK(!suspended_);
  suspended_ = true;
  connection_->hold(true);
  MHD_suspend_connection(connection_->handle());
}

bool Http1Request::resume() {
  if (!suspended_) return false;
  suspended_ = false;
  connection_->hold(false);
  MHD_resume_connection(connection_->handle());
  return true;
}

void Http1Request::end(MHD_RequestTerminationCode code, unsigned status) {
  connection_->end_request();
  // The library's own answers.
  if (status != 0 && !responded_) site_->tally->add_response(status);
  if (!head_read_) {
    if (status != 0) site_->tally->add(Http1Count::refused_by_parser);
  } else if (exchange_ != nullptr && !said_ && code != MHD_REQUEST_TERMINATED_COMPLETED_OK) {
    site_->tally->add(body_ended_ ? Http1Count::responses_given_up : Http1Count::bodies_given_up);
  }
}

ssize_t Http1Request::read_body(void* request, uint64_t /*position*/, char* into, size_t bytes) {
  return static_cast<Http1Request*>(request)->read_body({reinterpret_cast<uint8_t*>(into), bytes});
}

ssize_t Http1Request::read_body(MutableBytes into) {
  if (connection_->is_cut()) return MHD_CONTENT_READER_END_WITH_ERROR;
  if (response_ended_) return MHD_CONTENT_READER_END_OF_STREAM;
  const BodyRead read = exchange_->read_body(into);
  PENSTOCK_CHECK(read.bytes <= into.size());
  site_->tally->add(Http1Count::body_bytes_out, read.bytes);
  switch (read.state) {
    case BodyRead::State::more:
      break;
    case BodyRead::State::wait:
      if (read.bytes == 0) suspend();
      break;
    case BodyRead::State::end:
      response_ended_ = true;
      if (read.bytes == 0) return MHD_CONTENT_READER_END_OF_STREAM;
      break;
    case BodyRead::State::failed:
      site_->tally->add(Http1Count::responses_failed);
      // Without a length and without chunks an end of the connection would look like the body's.
      if (head_.of_http10 && !exchange_->response()->content_bytes) reset_tcp(connection_->fd());
      return MHD_CONTENT_READER_END_WITH_ERROR;
  }
  return static_cast<ssize_t>(read.bytes);
}

}  // namespace penstock
