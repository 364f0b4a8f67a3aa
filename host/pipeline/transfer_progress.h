// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace penstock {

// How far a put or get has come, for a display: written by its threads, read by any. Monotone.
struct TransferProgress {
  std::atomic<uint64_t> files{0};  // finished
  std::atomic<uint64_t> bytes_content{
      0};  // raw bytes read (put) or written (get), holes and zero runs included
  std::atomic<uint64_t> bytes_expected{0};  // sum of the sizes met so far; 0 while unknown
  std::atomic<uint64_t> bytes_stored{0};    // payload bytes appended (put)
};

}  // namespace penstock
