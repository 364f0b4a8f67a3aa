// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "quic/quic_client.h"
#include "sender/body_buffer.h"
#include "sender/held_answer.h"
#include "sender/upload_lane.h"

namespace penstock {

// Asks which chunks of one part the server has (POST /v1/have).
class HaveQuestion final : public HeldAnswer {
 public:
  HaveQuestion(UploadLane& lane, BodyBuffer& part) : lane_(&lane), part_(&part) {}

  UploadLane& lane() const { return *lane_; }
  BodyBuffer& part() const { return *part_; }
  // A bit for each chunk; none where there was no answer: then none counts as there.
  Bytes known() const;

  // The server has no time for it now.
  bool asked_too_much() const;

  BodyPiece next_body() override;

  uint64_t request = 0;

 private:
  UploadLane* lane_;
  BodyBuffer* part_;
};

// The questions that are under way. Owned by a Sender, in its thread. A null client: the connection is gone,
// and its requests with it.
class HaveQuestions {
 public:
  explicit HaveQuestions(std::string token) : token_(std::move(token)) {}

  // So many at once: servers take more of them, and one is enough to keep several lanes at work.
  static constexpr size_t kAtOnce = 24;

  // Of each part of the lane that was not asked about; one without chunks needs no answer.
  void ask(QuicClient& client, UploadLane& lane, const std::string& authority);
  // The parts whose answers have come are sent.
  void settle(QuicClient* client);
  // The lane's parts are given up.
  void forget(QuicClient* client, const UploadLane& lane);

 private:
  const std::string token_;
  std::vector<std::unique_ptr<HaveQuestion>> asked_;
};

}  // namespace penstock
