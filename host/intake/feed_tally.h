// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace penstock {

// What one feed took, and which copies it made of it. Its worker counts, any thread reads.
struct FeedTally {
  std::atomic<uint64_t> bytes_taken{0};     // of uploads' bodies
  std::atomic<uint64_t> bytes_windowed{0};  // copied from where they arrived to the window that is cut
  std::atomic<uint64_t> bytes_shifted{0};   // moved within windows, and to larger ones
  std::atomic<uint64_t> bytes_placed{0};    // copied from windows to the buffers of batches
  std::atomic<uint64_t> bytes_zero{0};      // of runs of zeros: lengths alone, no copies
  std::atomic<uint64_t> bytes_known{0};     // of pieces that their sender knew to be here

  static void add(std::atomic<uint64_t>& to, uint64_t more) {
    to.store(to.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
};

}  // namespace penstock
