// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "base/error.h"
#include "offload/device.h"
#include "offload/device_health.h"

namespace penstock {

// What a dispatcher counts of a device since it was made. Relaxed: each is right by itself.
struct MemberCounters {
  std::atomic<uint64_t> jobs{0};  // accepted
  std::atomic<uint64_t> bytes_in{0};
  std::atomic<uint64_t> bytes_out{0};
  std::atomic<uint64_t> bytes_copied{0};
  std::atomic<uint64_t> nanoseconds{0};  // that jobs it did were with it, those before them not counted,
  std::atomic<uint64_t> bytes_timed{0};  // and the input of these
  std::atomic<uint64_t> refused{0};      // offered, not accepted
  std::atomic<uint64_t> failed{0};       // it said so itself
  std::atomic<uint64_t> impossible{0};   // answers that cannot be
  std::atomic<uint64_t> wrong{0};        // answers that verification found wrong
  std::atomic<uint64_t> discarded{0};    // answers that came when it was suspect already
  std::atomic<uint64_t> abandoned{0};    // no answer in time
  std::atomic<uint64_t> stale{0};        // answers to nothing that it was asked
};

// One device among a dispatcher's, as all of the queue pairs see it: its health, how fast it is, how much it
// has before it. Any thread.
class DispatchMember {
 public:
  explicit DispatchMember(Device& device) : device_(&device) {}

  Device& device() const { return *device_; }
  const Capabilities& capabilities() const { return device_->capabilities(); }
  bool is_cpu() const { return capabilities().is_cpu; }
  // Whether it can do the job as it is, or with a codec of its own where the job lets it choose.
  bool supports(const Job& job) const noexcept;
  CodecId codec_for(const Job& job) const noexcept;

  DeviceHealth& health() { return health_; }
  const DeviceHealth& health() const { return health_; }
  // Why it could not be set up, where that is so: set before its health says it, by the first who finds out.
  void set_left_out_because(const Error& error);
  const Error& left_out_because() const { return left_out_because_; }
  MemberCounters& counters() { return counters_; }
  const MemberCounters& counters() const { return counters_; }
  // Adds what one of its queue pairs counted and no answer shows: when it is done with.
  void count(const QueuePairCounters& counted) noexcept;

  // A job that is expected to take so long (nanoseconds_for) goes to it, and has come back or was taken back.
  void begin(uint64_t nanoseconds) noexcept { ahead_ns_.fetch_add(nanoseconds, std::memory_order_relaxed); }
  void end(uint64_t nanoseconds) noexcept { ahead_ns_.fetch_sub(nanoseconds, std::memory_order_relaxed); }
  // What it has, by what was expected of each when it began.
  uint64_t nanoseconds_ahead() const noexcept { return ahead_ns_.load(std::memory_order_relaxed); }
  // It did a job that was submitted at `begun_ns`, and ended at `now_ns` or before.
  void measure(Operation operation, uint64_t bytes, uint64_t begun_ns, uint64_t now_ns) noexcept;
  // What a job of so many bytes takes by itself.
  uint64_t nanoseconds_for(Operation operation, uint64_t bytes) const noexcept;
  // When it is expected to be done with a job of so many bytes, from now, after all that it has. One that has
  // nothing to do and of which no rate is known is asked first: it is not for the guess to keep it idle.
  uint64_t nanoseconds_until_done(Operation operation, uint64_t bytes) const noexcept;

 private:
  static constexpr size_t kOperations = 4;

  Device* device_;
  DeviceHealth health_;
  std::once_flag left_out_;
  Error left_out_because_;
  MemberCounters counters_;
  std::atomic<uint64_t> ahead_ns_{0};
  std::atomic<uint64_t> last_end_ns_{0};
  std::array<std::atomic<uint64_t>, kOperations> rates_{};  // picoseconds a byte, smoothed; 0: not known
};

}  // namespace penstock
