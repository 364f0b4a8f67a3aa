// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock {

// The stages of a put that are timed, and the two places where a lane waits.
enum class Stage : uint8_t {
  read,          // source
  chunk,         // finding cuts
  digest,        // device
  look_up,       // claims
  assemble,      // tree nodes, in stream order
  encode,        // device
  verify,        // host
  append,        // store
  stall_source,  // waiting for the source: another lane is reading
  stall_order,   // waiting for an earlier batch, or for a device with nothing finished
};
inline constexpr size_t kStageCount = 10;

std::string_view stage_name(Stage stage);

// Nanoseconds of wall time by stage, of one thread or summed over threads.
struct StageTimes {
  std::array<uint64_t, kStageCount> nanoseconds{};

  uint64_t& operator[](Stage stage) { return nanoseconds[static_cast<size_t>(stage)]; }
  uint64_t operator[](Stage stage) const { return nanoseconds[static_cast<size_t>(stage)]; }
  StageTimes& operator+=(const StageTimes& other);
};

// Splits a thread's time into stages: each lap() charges what has passed since the last one.
class StageClock {
 public:
  explicit StageClock(StageTimes& times) : times_(&times), last_(Clock::now()) {}
  void lap(Stage stage) {
    const Clock::time_point now = Clock::now();
    (*times_)[stage] += static_cast<uint64_t>(std::chrono::nanoseconds(now - last_).count());
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;

  StageTimes* times_;
  Clock::time_point last_;
};

}  // namespace penstock
