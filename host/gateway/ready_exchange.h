// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "gateway/made_answer.h"
#include "http/http_service.h"

namespace penstock {

// An exchange whose answer is known from the start and lies in memory. A body of the request is not wanted.
class ReadyExchange final : public HttpExchange {
 public:
  ReadyExchange(MadeAnswer answer, bool refuses_body)
      : answer_(std::move(answer)), refuses_body_(refuses_body) {}

  size_t take_body(Bytes bytes) override { return bytes.size(); }
  void end_body() override {}
  const HttpResponse* response() const override { return &answer_.head; }
  BodyRead read_body(MutableBytes into) override {
    if (answer_.body == nullptr) return {};
    if (into.empty()) return {0, BodyRead::State::more};
    const auto filled = answer_.body->fill(into);
    if (!filled) return {0, BodyRead::State::failed};
    return {*filled, *filled < into.size() ? BodyRead::State::end : BodyRead::State::more};
  }
  bool refuses_body() const override { return refuses_body_; }

 private:
  MadeAnswer answer_;
  bool refuses_body_;
};

}  // namespace penstock
