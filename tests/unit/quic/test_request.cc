// SPDX-License-Identifier: Apache-2.0
#include "unit/quic/test_request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace penstock {

TestRequest::TestRequest(const std::string& method, const std::string& target,
                         std::optional<uint64_t> body_bytes)
    : body_bytes_(body_bytes.value_or(0)) {
  head.method = method;
  const size_t mark = target.find('?');
  head.path = target.substr(0, mark);
  if (mark != std::string::npos) head.query = target.substr(mark + 1);
  head.has_body = body_bytes.has_value();
  head.content_bytes = body_bytes;
}

BodyPiece TestRequest::next_body() {
  constexpr uint64_t kPiece = 262'144;
  const uint64_t until = std::min(body_bytes_, stall_after);
  const uint64_t bytes = std::min(until - given_, kPiece);
  if (bytes == 0 && given_ != body_bytes_) return {{}, BodyRead::State::wait};
  const Bytes piece = pattern(given_ % kPatternPeriod, bytes);
  given_ += bytes;
  return {piece, given_ == body_bytes_ ? BodyRead::State::end : BodyRead::State::more};
}

void TestRequest::response(const HttpResponse& response_head) {
  status = response_head.status;
  fields = response_head.fields;
}

size_t TestRequest::take_body(Bytes bytes) {
  constexpr size_t kTextMax = 256;
  bytes = bytes.first(std::min(bytes.size(), take_at_once));
  for (size_t at = 0; at < bytes.size();) {
    const Bytes wanted =
        pattern((bytes_received + at) % kPatternPeriod, std::min(bytes.size() - at, size_t{65536}));
    pattern_right = pattern_right && std::memcmp(wanted.data(), bytes.data() + at, wanted.size()) == 0;
    at += wanted.size();
  }
  bytes_received += bytes.size();
  text += as_text(bytes.first(std::min(bytes.size(), kTextMax - std::min(kTextMax, text.size()))));
  return bytes.size();
}

void TestRequest::finished(Status status_) {
  done = true;
  result = std::move(status_);
}

bool poll_until(QuicClient& client, const std::function<bool()>& condition,
                std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    if (!client.poll(std::chrono::steady_clock::now() + std::chrono::milliseconds{20})) return condition();
  }
  return true;
}

bool carry_out(QuicClient& client, TestRequest& request) {
  if (!client.submit(request.head, request)) return false;
  return poll_until(client, [&request] { return request.done; });
}

void carry_both_ways(QuicClient& client, uint64_t bytes) {
  TestRequest put("PUT", "/put", bytes);
  TestRequest get("GET", "/bytes?" + std::to_string(bytes));
  ASSERT_TRUE(client.submit(put.head, put));
  ASSERT_TRUE(carry_out(client, get));
  ASSERT_TRUE(poll_until(client, [&put] { return put.done; }));
  EXPECT_EQ(put.text, std::to_string(bytes) + " right");
  EXPECT_TRUE(get.result && get.pattern_right);
  EXPECT_EQ(get.bytes_received, bytes);
}

}  // namespace penstock
