// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "offload/job.h"

namespace penstock {

// What a queue pair counted since it was opened.
struct QueuePairCounters {
  uint64_t submitted = 0;
  uint64_t completed = 0;
  uint64_t refused = 0;  // offered, not accepted: back-pressure
  uint64_t abandoned = 0;
  uint64_t stale = 0;         // completions of a generation that was left; dropped
  uint64_t bytes_in = 0;      // input of accepted jobs
  uint64_t bytes_out = 0;     // output of finished jobs
  uint64_t bytes_copied = 0;  // where host memory is not shared
};

// Whether a device may still touch an abandoned job's buffers.
enum class Quiescence : uint8_t {
  proven,    // it never will: the buffers are the caller's again
  unproven,  // it may: they go to quarantine until the device is closed
};

// A path to a device, used by one thread. No call allocates, locks, throws, logs or waits for the device.
// Every accepted job comes back exactly once, by poll or by abandon, in any order. Destroying a queue pair
// with jobs in flight is allowed: they never come back, and the destructor returns when their buffers are
// quiescent.
class QueuePair {
 public:
  virtual ~QueuePair() = default;

  // Accepts a prefix of `jobs` and returns its length; a short count is back-pressure. A job that the device
  // cannot do is accepted and comes back `unsupported`; one of another generation, `stale_generation`.
  virtual size_t submit(std::span<Job* const> jobs) noexcept = 0;

  // Stores finished jobs in `finished` and returns how many. The software device works in here.
  virtual size_t poll(std::span<Job*> finished) noexcept = 0;

  // Takes `job`, which is in flight here, back without its result: its status becomes failed and poll never
  // returns it. A completion that still arrives is counted stale and dropped. Where quiescence is not proven,
  // the device may still touch the bytes of input and output, but neither the job nor its lists.
  virtual Quiescence abandon(Job& job) noexcept = 0;

  // The generation that jobs must carry. Leaving it abandons everything in flight at once.
  virtual uint32_t generation() const noexcept = 0;
  virtual Quiescence leave_generation() noexcept = 0;

  virtual size_t in_flight() const noexcept = 0;
  virtual const QueuePairCounters& counters() const noexcept = 0;
};

}  // namespace penstock
