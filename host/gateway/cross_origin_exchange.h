// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/cross_origin.h"
#include "http/http_service.h"

namespace penstock {

// Any other exchange, of a server that lets pages of some origins at its answers.
class CrossOriginExchange final : public HttpExchange {
 public:
  // `granted`: the origin that may see this answer; nothing: none.
  CrossOriginExchange(std::unique_ptr<HttpExchange> inner, std::optional<std::string_view> granted)
      : inner_(std::move(inner)), granted_(granted) {}

  size_t take_body(Bytes bytes) override { return inner_->take_body(bytes); }
  void end_body() override { inner_->end_body(); }
  const HttpResponse* response() const override {
    if (head_) return &*head_;
    const HttpResponse* known = inner_->response();
    if (known == nullptr) return nullptr;
    head_ = *known;
    vary_by_origin(*head_);
    if (granted_) grant_origin(*head_, *granted_);
    return &*head_;
  }
  BodyRead read_body(MutableBytes into) override { return inner_->read_body(into); }
  bool refuses_body() const override { return inner_->refuses_body(); }
  bool may_be_silent() const override { return inner_->may_be_silent(); }

 private:
  std::unique_ptr<HttpExchange> inner_;
  const std::optional<std::string> granted_;
  mutable std::optional<HttpResponse> head_;  // once it is known it stays
};

}  // namespace penstock
