// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "memory/buffer_pool.h"
#include "offload/device.h"

namespace penstock {

// Stands before a device that works in the host's memory itself and could write to what it should only read:
// a job's input, against which its answer is verified, or another's buffers. The device gets memory that is
// the guard's: each input is copied there, each output from there (bytes_copied), and it never learns of the
// caller's. To the caller it is a device that shares no memory, and takes inputs of a frame at the most. Any
// thread.
//
// Memory: two buffers of a frame (2 MiB) a job, taken and made known to the device at construction, lent to
// queue pairs; and with each of these depth × 40 bytes × chunks_max for lists of chunks and digests.
class GuardedDevice final : public Device {
 public:
  // `guarded` is borrowed. Has at most `jobs_max` of all queue pairs at a time.
  GuardedDevice(Device& guarded, size_t jobs_max);
  // After its queue pairs.
  ~GuardedDevice() override;
  GuardedDevice(const GuardedDevice&) = delete;
  GuardedDevice& operator=(const GuardedDevice&) = delete;

  // Whether a device has to be guarded: it shares memory, and its work is not the host's own.
  static bool is_needed(const Capabilities& capabilities);

  const Capabilities& capabilities() const override { return capabilities_; }
  // The caller's memory: the device is not told. failed: there is no memory of the guard's, or the device did
  // not take it.
  Status register_memory(std::span<const Slab>) override { return prepared_; }
  // May accept fewer jobs than `depth`, since it gets no more than half of the memory that is left: so a
  // self-test finds some while lanes are at work. failed, also: none is left.
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override;

  // The guard's own buffers count as far as they are used.
  size_t memory_needed(size_t queue_pairs, uint32_t depth) const override;

  std::vector<DeviceFigure> figures() const override { return guarded_->figures(); }

  // Whether a queue pair of the device is kept for ever: the device has to be, too.
  bool keeps_paths() const { return keeps_paths_; }

 private:
  Status prepare(size_t jobs_max);
  std::vector<Buffer> lend(uint32_t depth);

  Device* guarded_;
  std::atomic<bool> keeps_paths_{false};
  Capabilities capabilities_;
  std::unique_ptr<BufferPool> pool_;
  std::mutex lending_;  // one queue pair at a time
  Status prepared_;
};

}  // namespace penstock
