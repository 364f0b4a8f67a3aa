// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "memory/buffer_pool.h"
#include "offload/device.h"
#include "offload/selftest.h"

namespace penstock {

// What a device that was abandoned may still touch, and the device itself: buffers, the pools that they are
// of, self-tests, and the queue pairs that would have to wait for it. Kept to the process's end, since
// nothing proves when it is over. A job is handed to a device only when there is room for it here, so that
// the sum is known at the start. Any thread.
class StrandedBuffers {
 public:
  // Room for the buffers of `jobs`.
  explicit StrandedBuffers(size_t jobs);
  ~StrandedBuffers();
  StrandedBuffers(const StrandedBuffers&) = delete;
  StrandedBuffers& operator=(const StrandedBuffers&) = delete;

  // Room for `jobs` more than are here, as many as pools have buffers to spare for. With no job at a device.
  void provide(size_t jobs);
  // Room for one more job: taken before it is submitted, given back when it has come back.
  bool reserve() noexcept;
  void release() noexcept;
  // Uses a reservation: keeps the two and puts others of their pools in their place. False, and nothing is
  // changed, where a pool has none left.
  bool strand(Buffer& input, Buffer& output) noexcept;
  void keep(std::unique_ptr<QueuePair> queue_pair);
  void keep(std::unique_ptr<Selftest> selftest);
  // With the devices that any of it is of.
  void keep(std::unique_ptr<Device> device);
  // Ends a pool, or keeps it where buffers of it are stranded. All others are back.
  void retire(std::unique_ptr<BufferPool> pool);

  size_t jobs() const;       // whose buffers are here
  bool holds_paths() const;  // queue pairs or self-tests: their devices must not end

 private:
  struct Kept;

  std::atomic<size_t> jobs_max_;
  std::atomic<size_t> reserved_{0};  // jobs, stranded ones among them
  mutable std::mutex mutex_;         // guards what follows
  std::unique_ptr<Kept> kept_;
};

}  // namespace penstock
