// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "drivers/ipstack/frame_drop.h"

namespace penstock {

// What one queue counts. Its own thread adds, any thread reads.
struct QueueCounts {
  using Count = std::atomic<uint64_t>;

  std::array<Count, kFrameDrops> dropped{};
  Count packets_in{0};
  Count bytes_in{0};
  Count packets_out{0};
  Count bytes_out{0};
  Count send_refused{0};
  Count steered{0};         // packets found for another queue
  Count queue_full{0};      // ... that had no room for them: dropped
  Count answers_unsent{0};  // the stack's own frames that found no room
  Count no_send_buffer{0};  // times that no mbuf was free for a frame
  Count send_full{0};       // times that the device took no more
  Count frames_unfit{0};    // that the driver would never send: dropped
  Count trains_held{0};     // now, until their way is known
  Count held_out{0};        // packets of such that made room for others
  Count bytes_copied{0};    // into frames to be sent

  static void add(Count& count, uint64_t more = 1) {
    count.store(count.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  static uint64_t read(const Count& count) { return count.load(std::memory_order_relaxed); }
};

}  // namespace penstock
