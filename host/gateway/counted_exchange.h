// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gateway/gateway_counters.h"
#include "http/http_service.h"

namespace penstock {

// Any other exchange, counted.
class CountedExchange final : public HttpExchange {
 public:
  CountedExchange(std::unique_ptr<HttpExchange> inner, GatewayRoute route, GatewayCounters& counters)
      : inner_(std::move(inner)), route_(route), counters_(&counters) {}
  ~CountedExchange() override {
    const HttpResponse* answered = inner_->response();
    counters_->count_request(route_, answered == nullptr ? 0 : answered->status);
  }

  size_t take_body(Bytes bytes) override {
    const size_t taken = inner_->take_body(bytes);
    counters_->count_bytes_in(route_, taken);
    return taken;
  }
  void end_body() override { inner_->end_body(); }
  const HttpResponse* response() const override { return inner_->response(); }
  BodyRead read_body(MutableBytes into) override {
    const BodyRead read = inner_->read_body(into);
    counters_->count_bytes_out(route_, read.bytes);
    if (read.state == BodyRead::State::failed) counters_->count_failed_body();
    return read;
  }
  bool refuses_body() const override { return inner_->refuses_body(); }
  bool may_be_silent() const override { return inner_->may_be_silent(); }

 private:
  std::unique_ptr<HttpExchange> inner_;
  const GatewayRoute route_;
  GatewayCounters* counters_;
};

}  // namespace penstock
