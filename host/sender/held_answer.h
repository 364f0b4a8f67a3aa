// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include "quic/quic_request.h"

namespace penstock {

// A request whose answer is kept: its head, and its body up to a bound. Owned by who made the request, in the
// client's thread.
class HeldAnswer : public QuicRequest {
 public:
  static constexpr size_t kBodyBytesMax = 65536;

  explicit HeldAnswer(size_t body_bytes_max = kBodyBytesMax) : body_bytes_max_(body_bytes_max) {}

  void response(const HttpResponse& head) override { head_ = head; }
  size_t take_body(Bytes bytes) override {
    body_ += as_text(bytes.first(std::min(bytes.size(), body_bytes_max_ - body_.size())));
    return bytes.size();
  }
  void finished(Status status) override {
    ended_ = true;
    status_ = std::move(status);
  }

  bool ended() const { return ended_; }
  // How the exchange itself went, whatever the answer says.
  const Status& status() const { return status_; }
  const HttpResponse& head() const { return head_; }
  const std::string& text() const { return body_; }

 protected:
  // For the next request.
  void forget_answer() {
    ended_ = false;
    status_ = {};
    head_ = {0, {}, {}};
    body_.clear();
  }

 private:
  const size_t body_bytes_max_;
  bool ended_ = false;
  Status status_;
  HttpResponse head_{0, {}, {}};
  std::string body_;
};

}  // namespace penstock
