// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/ipstack/ip_stack.h"
#include "drivers/nic/arrival_ring.h"
#include "drivers/nic/frame_sender.h"
#include "drivers/nic/queue_counts.h"

namespace penstock {

// Frames as a device received them, through the stack. One thread.
class FrameIntake {
 public:
  // `frame_bytes`: the largest answer.
  FrameIntake(IpStack& stack, FrameSender& answers, QueueCounts& counts, size_t frame_bytes)
      : stack_(stack), answers_(answers), counts_(counts), answer_(frame_bytes) {}

  // The packet within it. Nothing: it was for the stack, or dropped, and is freed.
  std::optional<ArrivedPacket> take(rte_mbuf* frame, uint64_t now_ns);
  // What the stack wants to send of itself.
  void send_own(uint64_t now_ns);

 private:
  IpStack& stack_;
  FrameSender& answers_;
  QueueCounts& counts_;
  std::vector<uint8_t> answer_;
};

}  // namespace penstock
