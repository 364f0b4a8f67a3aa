// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "gateway/pooled_answer.h"
#include "http/http_service.h"

namespace penstock {

// An exchange whose answer a reader's thread makes. A body of the request is not wanted.
class ReadExchange final : public HttpExchange {
 public:
  ReadExchange(std::shared_ptr<PooledAnswer> answer, bool refuses_body)
      : answer_(std::move(answer)), refuses_body_(refuses_body) {
    answer_->start();
  }
  ~ReadExchange() override { answer_->give_up(); }

  size_t take_body(Bytes bytes) override { return bytes.size(); }
  void end_body() override {}
  const HttpResponse* response() const override { return answer_->head(); }
  BodyRead read_body(MutableBytes into) override { return answer_->read(into); }
  bool refuses_body() const override { return refuses_body_; }

 private:
  std::shared_ptr<PooledAnswer> answer_;
  bool refuses_body_;
};

}  // namespace penstock
