// SPDX-License-Identifier: Apache-2.0
#include "sender/sender.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

using Clock = UploadLane::Clock;
using State = UploadLane::State;

constexpr auto kLook = std::chrono::milliseconds(100);  // for a wish to stop, and for pauses that are over
constexpr size_t kPartsPerLane = 8;
// Beside the two of each lane: what lanes with large objects may have more while others are idle.
constexpr size_t kPartsShared = 6;

constexpr unsigned kCreated = 201;
constexpr unsigned kNoContent = 204;
constexpr unsigned kUnauthorized = 401;
constexpr unsigned kForbidden = 403;
constexpr unsigned kNotFound = 404;
constexpr unsigned kConflict = 409;

// What may be granted a moment later.
bool passes(unsigned status) {
  constexpr unsigned kTooManyRequests = 429;
  constexpr unsigned kServerError = 500;
  return status == kTooManyRequests || status >= kServerError;
}

}  // namespace

Sender::Sender(EntryStream& entries, ObjectNaming naming, SenderOptions options)
    : options_(std::move(options)),
      objects_(entries, std::move(naming)),
      connection_(options_),
      questions_(options_.token),
      kept_(options_.resume ? options_.kept_places : std::string(), options_.server.authority) {
  PENSTOCK_CHECK(options_.parallel >= 1 && options_.parallel <= SenderOptions::kParallelMax);
}

Sender::~Sender() = default;

Status Sender::run() {
  PENSTOCK_TRY(connection_.open());
  buffers_ = std::make_unique<BodyBuffers>(2 * options_.parallel + kPartsShared);
  for (size_t i = 0; i < options_.parallel; ++i)
    lanes_.push_back(std::make_unique<UploadLane>(connection_.terms(), *buffers_));
  reader_ = std::make_unique<BodyReader>(objects_, [this] { connection_.wake(); });
  Status sent = send_all();
  // Requests refer to lanes, tasks of the reader to lanes and buffers.
  connection_.close();
  if (options_.interrupt) options_.interrupt();
  reader_.reset();
  report_.connections = connection_.made();
  return sent;
}

Status Sender::send_all() {
  for (;;) {
    PENSTOCK_TRY(connection_.stopped());
    PENSTOCK_TRY(take_parts());
    give_tasks();
    if (all_idle()) return {};
    if (connection_.client() == nullptr)
      PENSTOCK_TRY(connection_.open_again());
    else
      PENSTOCK_TRY(exchange());
  }
}

// One round with the server. A connection that is lost ends all requests, and each is begun again.
Status Sender::exchange() {
  QuicClient& client = *connection_.client();
  for (const auto& lane : lanes_) {
    if (lane->state() == State::ready) begin_request(*lane);
    if (lane->state() == State::sending) questions_.ask(client, *lane, options_.server.authority);
  }
  const Status polled = client.poll(Clock::now() + kLook);
  if (!polled) connection_.close();
  questions_.settle(connection_.client());
  return end_requests();
}

Status Sender::take_parts() {
  reader_->take(done_);
  Status taken;
  for (BodyTask& task : done_) {
    Status one = take_part(task);
    if (!one && taken) taken = std::move(one);
  }
  done_.clear();
  return taken;
}

Status Sender::take_part(BodyTask& task) {
  UploadLane& lane = *task.lane;
  for (const Error& error : task.left_out) options_.report(error);
  report_.left_out += task.left_out.size();
  const bool wanted = lane.state() == State::opening || lane.state() == State::sending;
  if (task.error || task.no_more || !wanted) {
    lane.end_reading(nullptr);
    buffers_->give_back(task.buffer);
    no_more_ = no_more_ || task.no_more;
    if (!wanted) return {};
    if (task.no_more) lane.retire();
    if (!task.error) return {};
    if (task.error->code != Errc::partial) return Failure(std::move(*task.error));
    ++report_.left_out;
    drop(lane, *task.error);
    return {};
  }
  lane.end_reading(task.buffer);
  if (task.kind == BodyTask::Kind::next && options_.progress != nullptr)
    options_.progress->bytes_expected += lane.body().size_hint();
  if (lane.request() && connection_.client() != nullptr) connection_.client()->resume(*lane.request());
  return {};
}

void Sender::give_tasks() {
  const auto now = Clock::now();
  const size_t active = static_cast<size_t>(
      std::ranges::count_if(lanes_, [](const auto& lane) { return lane->state() == State::sending; }));
  const size_t share = std::clamp<size_t>(buffers_->count() / std::max<size_t>(active, 1), 2, kPartsPerLane);
  for (const auto& lane : lanes_) {
    if (lane->reading()) continue;
    if (lane->state() == State::paused && lane->retry_at() <= now) {
      give_task(*lane, BodyTask::Kind::again);
    } else if (lane->state() == State::idle && !no_more_) {
      give_task(*lane, BodyTask::Kind::next);
    } else if (lane->wants_part() && lane->held() < share) {
      give_task(*lane, BodyTask::Kind::go_on);
    }
  }
}

void Sender::give_task(UploadLane& lane, BodyTask::Kind kind) {
  BodyBuffer* buffer = buffers_->take();
  if (buffer == nullptr) return;
  switch (kind) {
    case BodyTask::Kind::next:
      lane.begin_next();
      break;
    case BodyTask::Kind::again:
      lane.begin_again();
      break;
    case BodyTask::Kind::go_on:
      lane.begin_reading();
      break;
  }
  reader_->give({.kind = kind, .lane = &lane, .body = &lane.body(), .buffer = buffer});
}

// A file: standard input cannot be read again. As pieces, what the server has is left out anyway.
bool Sender::goes_in_parts(const UploadLane& lane) const {
  return options_.resume && connection_.terms().objects_in_parts && !lane.as_pieces() &&
         !lane.body().identity().empty() && lane.body().size_hint() >= options_.parts_from_bytes;
}

void Sender::begin_request(UploadLane& lane) {
  if (!lane.in_parts() && lane.attempts == 0 && goes_in_parts(lane))
    lane.send_in_parts({kept_.find(lane.body()), std::nullopt});
  else if (lane.in_parts() && !lane.place_is_for_body())
    lane.send_in_parts({});
  const bool asks = lane.has_to_ask();
  HttpRequest head = asks ? lane.question_head(options_.token) : lane.request_head(options_.token);
  head.authority = options_.server.authority;
  const auto request = connection_.client()->submit(head, lane);
  if (request) return asks ? lane.begin_question(*request) : lane.begin_request(*request);
  // The server drains: it is left for the one that comes behind it.
  ++lane.attempts;
  lose(lane, request.error());
}

Status Sender::end_requests() {
  Status ended;
  for (const auto& lane : lanes_) {
    if (lane->state() != State::sending && lane->state() != State::asking) continue;
    show(*lane);
    if (!lane->ended()) end_quiet(*lane);
    if (!lane->ended()) continue;
    Status one = lane->state() == State::asking ? end_question(*lane) : end_upload(*lane);
    if (!one && ended) ended = std::move(one);
  }
  return ended;
}

// Nothing was heard of it for too long.
void Sender::end_quiet(UploadLane& lane) {
  const bool quiet = options_.quiet_max.count() > 0 && Clock::now() > lane.moved_at + options_.quiet_max;
  if (quiet && connection_.client() != nullptr) connection_.client()->cancel(*lane.request());
}

// Where the object is kept, and how far it is there.
Status Sender::end_question(UploadLane& lane) {
  if (!lane.status()) {
    lose(lane, lane.status().error());
    return {};
  }
  const unsigned status = lane.head().status;
  const auto place = parse_part_place(lane.head(), lane.place().path);
  if (place && (status == kCreated || status == kNoContent)) {
    if (place->path != lane.place().path) kept_.keep(lane.body(), place->path);
    lane.end_question(*place);
    return {};
  }
  Error error = refusal_error(lane.body().path(), status, lane.text());
  if (status == kNotFound && !lane.place().path.empty()) {
    kept_.forget(lane.body());
    lane.end_question({});
  } else if (status == kUnauthorized || status == kForbidden) {
    return Failure(std::move(error));
  } else if (passes(status)) {
    lose(lane, std::move(error));
  } else {
    // The object itself may be taken nevertheless.
    lane.end_question({});
    lane.end_parts();
  }
  return {};
}

Status Sender::end_upload(UploadLane& lane) {
  if (!lane.status()) {
    lose(lane, lane.status().error());
    return {};
  }
  const unsigned status = lane.head().status;
  if (status == kCreated) {
    auto receipt = parse_receipt(lane.text());
    if (!receipt) return Failure(std::move(receipt).error());
    return end_committed(lane, *receipt);
  }
  Error error = refusal_error(lane.body().path(), status, lane.text());
  if (status == kUnauthorized || status == kForbidden) return Failure(std::move(error));
  // Another connection has gone on with it, or it is there no more: that is asked next.
  const bool elsewhere = lane.in_parts() && (status == kConflict || status == kNotFound);
  if (passes(status) || elsewhere || give_up_pieces(lane, status)) {
    lose(lane, std::move(error));
    return {};
  }
  ++report_.refused;
  drop(lane, error);
  return {};
}

Status Sender::end_committed(UploadLane& lane, const UploadReceipt& receipt) {
  const ObjectBody& body = lane.body();
  if (!lane.given_whole())
    return fail(Errc::corrupt, body.path(),
                "the server says that it is stored, but has not been sent all of it",
                "do not trust this server with it");
  const bool same = receipt.cid == body.root() && receipt.bytes == body.bytes();
  if (!same && lane.bytes_kept > 0) {
    // What was sent of it before was another content, as it seems: what is read now is sent whole.
    kept_.forget(body);
    lane.send_whole();
    lose(lane,
         {Errc::failed, body.path(), "was changed between two parts of it", "send it when it is quiet"});
    return {};
  }
  if (!same)
    return fail(Errc::corrupt, body.path(),
                "the server stored " + receipt.cid.text() + " (" + std::to_string(receipt.bytes) +
                    " bytes), but what was sent is " + body.root().text() + " (" +
                    std::to_string(body.bytes()) + " bytes)",
                "do not trust what it stored; tell its operator");
  SentObject sent{body.name(),  body.path(), receipt.cid,     receipt.commit,
                  body.bytes(), 0,           lane.bytes_kept, lane.attempts};
  if (!body.changed().empty()) {
    ++report_.left_out;
    options_.report({Errc::partial, body.path(), body.changed(),
                     "stored as it was read; send it again when it is quiet"});
  }
  lane.end_committed();
  lane.end_request();
  sent.bytes_sent = lane.bytes_sent;
  if (lane.in_parts()) kept_.forget(body);
  ++report_.objects;
  report_.bytes += sent.bytes;
  report_.bytes_sent += sent.bytes_sent;
  report_.bytes_again += sent.bytes_sent - std::min(sent.bytes_sent, sent.bytes);
  if (options_.progress != nullptr) {
    ++options_.progress->files;
    options_.progress->bytes_content += sent.bytes - std::min(sent.bytes, lane.bytes_shown);
  }
  lane.retire();
  options_.sent(sent);
  return {};
}

// What the server had when it was asked may be gone. Without pieces there is nothing of the kind to refuse.
bool Sender::give_up_pieces(UploadLane& lane, unsigned status) const {
  constexpr unsigned kBadRequest = 400;
  if (!lane.as_pieces() || (status != kBadRequest && status != kConflict)) return false;
  lane.send_plainly();
  return true;
}

// It is sent again, if it has been so seldom enough.
void Sender::lose(UploadLane& lane, Error error) {
  questions_.forget(connection_.client(), lane);
  lane.end_request();
  if (lane.attempts <= options_.retries)
    return lane.pause(Clock::now() + retry_pause(options_, lane.attempts));
  ++report_.refused;
  error.what = lane.body().path() + ": " + error.what;
  drop(lane, error);
}

void Sender::drop(UploadLane& lane, const Error& error) {
  options_.report(error);
  if (lane.request() && !lane.ended() && connection_.client() != nullptr)
    connection_.client()->cancel(*lane.request());
  questions_.forget(connection_.client(), lane);
  lane.end_request();
  report_.bytes_sent += lane.bytes_sent;
  lane.retire();
}

// To who watches, bytes that are sent again have been there.
void Sender::show(UploadLane& lane) {
  if (options_.progress == nullptr || lane.acked_content() <= lane.bytes_shown) return;
  options_.progress->bytes_content += lane.acked_content() - lane.bytes_shown;
  lane.bytes_shown = lane.acked_content();
}

bool Sender::all_idle() const {
  return no_more_ && std::ranges::all_of(lanes_, [](const auto& lane) {
           return lane->state() == State::idle && !lane->reading();
         });
}

}  // namespace penstock
