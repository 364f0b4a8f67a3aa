// SPDX-License-Identifier: Apache-2.0
#include "monitor/metrics_client.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "sender/held_answer.h"
#include "sender/upload_receipt.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(100);  // for a wish to stop
constexpr size_t kAnswerBytesMax = 1 << 20;
constexpr unsigned kOk = 200;
constexpr unsigned kUnauthorized = 401;
constexpr unsigned kForbidden = 403;

}  // namespace

// The client uses the port's queue to its end.
MetricsClient::~MetricsClient() {
  client_.reset();
}

Status MetricsClient::connect() {
  client_.reset();
  port_.reset();
  PENSTOCK_TRY_ASSIGN(const NetAddress server, parse_net_address(options_.server.authority));
  PENSTOCK_TRY_ASSIGN(port_, options_.open_port(server));
  QuicClientOptions quic = options_.quic;
  quic.stop = options_.stop;
  PENSTOCK_TRY_ASSIGN(client_, QuicClient::connect(port_->queue(0), server, options_.server.host, quic));
  return {};
}

// A connection that was idle for long may be gone: then a new one is tried, once.
Result<Exposition> MetricsClient::fetch() {
  refused_ = false;
  const bool had = client_ != nullptr;
  if (had) {
    auto answer = ask();
    if (answer || client_ != nullptr) return answer;
  }
  PENSTOCK_TRY(connect());
  return ask();
}

Result<Exposition> MetricsClient::ask() {
  const std::string& authority = options_.server.authority;
  HttpRequest head;
  head.method = "GET";
  head.path = "/metrics";
  head.authority = authority;
  if (!options_.token.empty()) head.fields.push_back({"authorization", "Bearer " + options_.token});
  HeldAnswer answer(kAnswerBytesMax);
  const auto begun = client_->submit(head, answer);
  if (!begun) {
    client_.reset();
    return Failure(begun.error());
  }
  const auto limit = Clock::now() + options_.patience;
  while (!answer.ended()) {
    const bool stopped = options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
    if (stopped || Clock::now() > limit) {
      client_->cancel(*begun);
      client_.reset();
      return fail(Errc::failed, authority, stopped ? "was not waited for" : "gives no answer", "try again");
    }
    const Status polled = client_->poll(std::min(limit, Clock::now() + kLook));
    if (!polled && !answer.ended()) client_->cancel(*begun);
  }
  if (!answer.status()) {
    client_.reset();
    return Failure(answer.status().error());
  }
  if (answer.head().status != kOk) return refusal(answer.head().status, answer.text());
  if (answer.text().size() == kAnswerBytesMax)
    return fail(Errc::failed, authority + "/metrics", "is longer than a server's are",
                "check that the URL is that of a penstock server");
  return parse_exposition(answer.text());
}

Failure MetricsClient::refusal(unsigned status, const std::string& text) {
  Error error = refusal_error(options_.server.authority + "/metrics", status, text);
  refused_ = status == kUnauthorized || status == kForbidden;
  if (refused_)
    error.remedy = "metrics are for the right admin: penstock token add --rights admin, on the server";
  return Failure(std::move(error));
}

void MetricsClient::rest(Clock::time_point deadline) {
  if (client_ == nullptr) {
    std::this_thread::sleep_until(deadline);
    return;
  }
  // Lost: the next fetch() makes it anew.
  if (!client_->poll(deadline)) client_.reset();
}

}  // namespace penstock
