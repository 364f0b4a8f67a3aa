// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "pipeline/stage_times.h"

namespace penstock {

// What lanes have done, as those see it who look on. Bytes are raw bytes unless said otherwise.
struct LaneFigures {
  uint64_t chunks_new = 0;
  uint64_t chunks_duplicate = 0;
  uint64_t bytes_duplicate = 0;
  uint64_t bytes_unique = 0;       // encoded and appended
  uint64_t bytes_stored = 0;       // payload bytes of these
  uint64_t frames_compressed = 0;  // of these
  uint64_t frames_stored = 0;      // incompressible: kept as they are
  uint64_t bytes_moved = 0;        // copied within a batch, to close its gaps
  StageTimes times{};

  LaneFigures& operator+=(const LaneFigures& other);
};

// One lane's figures: the lane publishes them once a batch, any thread reads. Each is right by itself.
class LaneTally {
 public:
  void publish(const LaneFigures& figures);
  LaneFigures read() const;

 private:
  static constexpr size_t kCounts = 8;

  std::array<std::atomic<uint64_t>, kCounts + kStageCount> values_{};
};

}  // namespace penstock
