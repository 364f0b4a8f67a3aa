// SPDX-License-Identifier: Apache-2.0
#include "quic/server_stream.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/check.h"
#include "quic/server_connection.h"

namespace penstock {

ServerStream::ServerStream(ServerConnection& connection, WorkerShare& share, int64_t id, uint64_t now)
    : H3Stream(id),
      connection_(connection),
      share_(share),
      head_(share.limits.field_section_bytes),
      pending_(share.kept_blocks),
      sent_(share.blocks),
      window_(share.limits.window_bytes_first),
      mark_(now) {}

ServerStream::~ServerStream() {
  give_up();
}

void ServerStream::give_up() {
  if (exchange_id_ != 0) {
    share_.exchanges.erase(exchange_id_);
    exchange_id_ = 0;
    if (!answer_ended_) share_.counters.add(QuicCount::requests_aborted);
  }
  exchange_.reset();
  // The connection's window is for other streams again.
  connection_.release(held());
  pending_.clear();
}

void ServerStream::field(int32_t token, std::string_view name, std::string_view value) {
  head_.add(token, name, value);
}

void ServerStream::end_head(bool last) {
  if (head_done_) return;
  head_done_ = true;
  body_ended_ = last;
  share_.counters.add(QuicCount::requests);
  if (const unsigned status = head_.check(last); status != 0) {
    share_.counters.add(QuicCount::requests_refused);
    refuse(status);
    return;
  }
  head_only_ = head_.request().method == "HEAD";
  exchange_id_ = share_.next_exchange++;
  share_.exchanges.emplace(exchange_id_, this);
  exchange_ = share_.service->begin(head_.request(), connection_.peer(), exchange_id_);
  PENSTOCK_CHECK(exchange_ != nullptr);
  look_for_answer();
}

void ServerStream::receive(Bytes body) {
  share_.counters.add(QuicCount::body_bytes_in, body.size());
  progress_bytes_ += body.size();
  size_t taken = 0;
  if (exchange_ == nullptr) {
    taken = body.size();
  } else if (held() == 0) {
    taken = exchange_->take_body(body);
    PENSTOCK_CHECK(taken <= body.size());
  }
  if (taken != 0) connection_.credit_and_grow(id(), taken, window_);
  if (taken != body.size()) {
    share_.counters.add(QuicCount::body_bytes_kept, body.size() - taken);
    pending_.add(body.subspan(taken));
    connection_.hold(body.size() - taken);
  }
  look_for_answer();
}

void ServerStream::end() {
  body_ended_ = true;
  if (exchange_ != nullptr && held() == 0) exchange_->end_body();
  look_for_answer();
}

// What was kept, to the service. Who is behind already is sent no more ahead.
void ServerStream::feed() {
  if (held() == 0) return;
  size_t taken = 0;
  while (held() != 0) {
    const Bytes front = pending_.front();
    const size_t now = exchange_->take_body(front);
    PENSTOCK_CHECK(now <= front.size());
    pending_.take(now);
    taken += now;
    if (now != front.size()) break;
  }
  if (taken != 0) {
    connection_.release(0, taken);
    connection_.credit(id(), taken);
  }
  if (held() == 0 && body_ended_) exchange_->end_body();
}

void ServerStream::resume() {
  if (exchange_ == nullptr) return;
  feed();
  look_for_answer();
  if (answered_ && !answer_ended_) connection_.resume_body(id());
}

void ServerStream::look_for_answer() {
  if (answered_ || exchange_ == nullptr) return;
  if (const HttpResponse* response = exchange_->response(); response != nullptr) answer(*response);
}

void ServerStream::answer(const HttpResponse& response) {
  answered_ = true;
  if (response.for_want_of_place) share_.turned_away = true;
  std::vector<HttpField> fields;
  fields.reserve(response.fields.size() + 2);
  fields.push_back({":status", std::to_string(response.status)});
  if (response.content_bytes) fields.push_back({"content-length", std::to_string(*response.content_bytes)});
  fields.insert(fields.end(), response.fields.begin(), response.fields.end());
  const bool body = !head_only_ && (!response.content_bytes || *response.content_bytes != 0);
  answer_ended_ = !body;
  connection_.answer(id(), fields, body);
  if (!body_ended_ && exchange_->refuses_body()) connection_.refuse_body(id());
}

void ServerStream::refuse(unsigned status) {
  answered_ = true;
  answer_ended_ = true;
  connection_.answer(id(), {{":status", std::to_string(status)}, {"content-length", "0"}}, false);
  if (!body_ended_) connection_.refuse_body(id());
}

BodyPiece ServerStream::next_body() {
  if (exchange_ == nullptr) return {{}, BodyRead::State::failed};
  // A client that does not acknowledge is waited for: acked() goes on.
  if (sent_.held() >= share_.limits.response_bytes_per_stream) return {{}, BodyRead::State::wait};
  const MutableBytes room = sent_.room();
  if (room.empty()) {
    share_.starved.push_back(exchange_id_);
    return {{}, BodyRead::State::wait};
  }
  const BodyRead read = exchange_->read_body(room);
  PENSTOCK_CHECK(read.bytes <= room.size());
  if (read.state == BodyRead::State::failed) {
    share_.counters.add(QuicCount::responses_failed);
    return {{}, BodyRead::State::failed};
  }
  if (read.state == BodyRead::State::end) answer_ended_ = true;
  const BodyPiece piece{sent_.add(read.bytes), read.state};
  if (read.bytes == 0) sent_.acked(0);
  share_.counters.add(QuicCount::body_bytes_out, read.bytes);
  return piece;
}

void ServerStream::acked(uint64_t bytes) {
  const bool was_full = sent_.held() >= share_.limits.response_bytes_per_stream;
  sent_.acked(bytes);
  progress_bytes_ += bytes;
  if (was_full && !answer_ended_) connection_.resume_body(id());
}

bool ServerStream::too_slow(uint64_t now) {
  const auto interval =
      static_cast<uint64_t>(std::chrono::nanoseconds(share_.limits.progress_interval).count());
  const size_t wanted =
      now < share_.others_wait_until
          ? std::max(share_.limits.progress_bytes_min_others_wait, share_.limits.progress_bytes_min)
          : share_.limits.progress_bytes_min;
  // What other streams keep waiting is of the same window.
  const size_t may_send = body_ended_ || held() != 0 ? 0 : connection_.window_left();
  const bool silent = exchange_ != nullptr && exchange_->may_be_silent() && now >= share_.others_wait_until;
  const bool clients_turn = (may_send != 0 && !silent) || sent_.held() != 0;
  if (!clients_turn) {
    mark_ = now;
    progress_bytes_ = 0;
    return false;
  }
  if (now - mark_ < interval) return false;
  const bool slow = progress_bytes_ < (sent_.held() != 0 ? wanted : std::min(wanted, may_send));
  mark_ = now;
  progress_bytes_ = 0;
  return slow;
}

}  // namespace penstock
