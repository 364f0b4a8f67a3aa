// SPDX-License-Identifier: Apache-2.0
#include "sender/sender_connection.h"

#include <algorithm>
#include <thread>

#include "sender/held_answer.h"
#include "sender/upload_receipt.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(100);  // for a wish to stop
constexpr unsigned kOk = 200;

}  // namespace

std::chrono::milliseconds retry_pause(const SenderOptions& options, unsigned number) {
  auto pause = options.pause_first;
  while (--number > 0 && pause < options.pause_max) pause *= 2;
  return std::min(pause, options.pause_max);
}

Status SenderConnection::open() {
  PENSTOCK_TRY(connect());
  auto terms = ask_terms();
  if (!terms) {
    close();
    return Failure(std::move(terms).error());
  }
  terms_ = *terms;
  ++made_;
  return {};
}

Status SenderConnection::open_again() {
  const StoreTerms before = terms_;
  Status opened;
  for (unsigned number = 1; number <= options_.retries; ++number) {
    PENSTOCK_TRY(rest(retry_pause(options_, number)));
    opened = open();
    PENSTOCK_TRY(stopped());
    if (!opened) continue;
    if (terms_ == before) return {};
    close();
    return fail(Errc::failed, options_.server.authority, "its store is another one than before",
                "send again");
  }
  if (opened) opened = fail(Errc::failed, options_.server.authority, "the connection was lost", "send again");
  return opened;
}

Status SenderConnection::connect() {
  PENSTOCK_TRY_ASSIGN(const NetAddress server, parse_net_address(options_.server.authority));
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<PacketPort> port, options_.open_port(server));
  QuicClientOptions quic = options_.quic;
  quic.stop = options_.stop;
  auto client = QuicClient::connect(port->queue(0), server, options_.server.host, quic);
  PENSTOCK_TRY(stopped());
  if (!client) return Failure(std::move(client).error());
  const std::lock_guard lock(mutex_);
  port_ = std::move(port);
  client_ = std::move(*client);
  return {};
}

void SenderConnection::close() {
  const std::lock_guard lock(mutex_);
  client_.reset();
  port_.reset();
}

void SenderConnection::wake() {
  const std::lock_guard lock(mutex_);
  if (client_) client_->wake();
}

Status SenderConnection::stopped() const {
  if (options_.stop == nullptr || !options_.stop->load(std::memory_order_relaxed)) return {};
  return fail(Errc::failed, "send", "was told to stop");
}

Status SenderConnection::rest(std::chrono::milliseconds pause) const {
  const auto end = Clock::now() + pause;
  while (Clock::now() < end) {
    PENSTOCK_TRY(stopped());
    std::this_thread::sleep_for(std::min<Clock::duration>(end - Clock::now(), kLook));
  }
  return stopped();
}

Result<StoreTerms> SenderConnection::ask_terms() {
  HttpRequest head;
  head.method = "GET";
  head.path = "/v1/store";
  head.authority = options_.server.authority;
  if (!options_.token.empty()) head.fields.push_back({"authorization", "Bearer " + options_.token});
  HeldAnswer answer;
  PENSTOCK_TRY_ASSIGN(const uint64_t request, client_->submit(head, answer));
  const auto limit =
      options_.quiet_max.count() > 0 ? Clock::now() + options_.quiet_max : Clock::time_point::max();
  while (!answer.ended()) {
    if (Clock::now() > limit) {
      client_->cancel(request);
      return fail(Errc::failed, options_.server.authority, "gives no answer", "try again; see --timeout");
    }
    const Status polled = client_->poll(Clock::now() + kLook);
    if (const Status stop = stopped(); !stop) {
      client_->cancel(request);
      return Failure(stop.error());
    }
    if (!polled && !answer.ended()) client_->cancel(request);
  }
  if (!answer.status()) return Failure(answer.status().error());
  if (answer.head().status != kOk)
    return Failure(refusal_error(options_.server.authority, answer.head().status, answer.text()));
  return parse_store_terms(answer.text());
}

}  // namespace penstock
