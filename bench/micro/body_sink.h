// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "http/http_service.h"
#include "quic/quic_request.h"

namespace penstock {

// CPU time in seconds.
struct Costs {
  double user = 0;
  double kernel = 0;
};

inline Costs costs_of(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return {seconds(usage.ru_utime), seconds(usage.ru_stime)};
}

// Of a server's worker: where what its thread took is put when it ends, and what came meanwhile is counted.
struct SinkCounts {
  Costs costs;
  std::atomic<uint64_t> bytes{0};
};

// Takes bodies and forgets them, or gives as many bytes as the query says.
class Sink : public HttpExchange {
 public:
  Sink(uint64_t give, SinkCounts& counts) : left_(give), counts_(counts) {
    if (give != 0) response_ = std::make_unique<HttpResponse>(HttpResponse{200, {}, give});
  }
  size_t take_body(Bytes bytes) override {
    counts_.bytes.fetch_add(bytes.size(), std::memory_order_relaxed);
    return bytes.size();
  }
  void end_body() override {
    if (response_ == nullptr) response_ = std::make_unique<HttpResponse>(HttpResponse{201, {}, 0});
  }
  const HttpResponse* response() const override { return response_.get(); }
  BodyRead read_body(MutableBytes into) override {
    const auto bytes = static_cast<size_t>(std::min<uint64_t>(into.size(), left_));
    std::memset(into.data(), 7, bytes);
    left_ -= bytes;
    return {bytes, left_ == 0 ? BodyRead::State::end : BodyRead::State::more};
  }

 private:
  uint64_t left_;
  SinkCounts& counts_;
  std::unique_ptr<HttpResponse> response_;
};

class SinkService : public HttpService {
 public:
  explicit SinkService(SinkCounts& counts) : counts_(counts) {}
  ~SinkService() override { counts_.costs = costs_of(RUSAGE_THREAD); }
  std::unique_ptr<HttpExchange> begin(const HttpRequest& request, const HttpPeer&, uint64_t) override {
    return std::make_unique<Sink>(std::strtoull(request.query.c_str(), nullptr, 10), counts_);
  }
  void poll(std::vector<uint64_t>&) override {}
  void drain() override {}

 private:
  SinkCounts& counts_;
};

// A body of so many bytes, all of them the same.
class Transfer : public QuicRequest {
 public:
  explicit Transfer(uint64_t bytes) : left_(bytes), memory_(size_t{1} << 20, 7) {}
  BodyPiece next_body() override {
    const auto bytes = static_cast<size_t>(std::min<uint64_t>(memory_.size(), left_));
    left_ -= bytes;
    return {Bytes(memory_).first(bytes), left_ == 0 ? BodyRead::State::end : BodyRead::State::more};
  }
  void response(const HttpResponse&) override {}
  size_t take_body(Bytes bytes) override { return bytes.size(); }
  void finished(Status status) override {
    if (!status) fmt::print(stderr, "{}\n", status.error().message());
    whole = status.has_value();
  }
  bool whole = false;

 private:
  uint64_t left_;
  std::vector<uint8_t> memory_;
};

}  // namespace penstock
