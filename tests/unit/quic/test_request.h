// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "quic/quic_client.h"
#include "unit/quic/counting_service.h"

namespace penstock {

// A request whose body is so many bytes of the pattern, and what came of it.
class TestRequest : public QuicRequest {
 public:
  TestRequest(const std::string& method, const std::string& target, std::optional<uint64_t> body_bytes = {});

  HttpRequest head;
  size_t take_at_once = SIZE_MAX;     // of the response; 0: nothing, until it is raised
  uint64_t stall_after = UINT64_MAX;  // bytes of the body, behind which it waits until it is raised

  unsigned status = 0;
  std::vector<HttpField> fields;
  std::string text;  // the first bytes of the response
  uint64_t bytes_received = 0;
  bool pattern_right = true;
  uint64_t bytes_acked = 0;
  bool done = false;
  Status result{};

  BodyPiece next_body() override;
  void body_acked(uint64_t bytes) override { bytes_acked += bytes; }
  void response(const HttpResponse& response_head) override;
  size_t take_body(Bytes bytes) override;
  void finished(Status status_) override;

 private:
  uint64_t body_bytes_;
  uint64_t given_ = 0;
};

// Polls until the condition holds; false: it did not within `patience`, or the connection ended.
bool poll_until(QuicClient& client, const std::function<bool()>& condition,
                std::chrono::milliseconds patience = std::chrono::seconds{60});
// Submits, and polls until it is done.
bool carry_out(QuicClient& client, TestRequest& request);
// Sends so many bytes and gets as many, at the same time; what is not right fails the test.
void carry_both_ways(QuicClient& client, uint64_t bytes);

}  // namespace penstock
