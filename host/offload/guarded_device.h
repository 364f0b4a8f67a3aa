// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "offload/device.h"

namespace penstock {

// Stands before a device that works in the host's memory itself and could write to what it should only read:
// a job's input, against which its answer is verified, or another's buffers. The device gets memory that is
// the guard's: each input is copied there, each output from there (bytes_copied), and it never learns of the
// caller's. To the caller it is a device that shares no memory. Any thread.
//
// Memory, taken by open_queue_pair and registered with the device there: depth × 2 buffers of the larger of
// the device's input_bytes_max and a frame (2 MiB), and depth × 40 bytes × chunks_max for lists of chunks and
// digests.
class GuardedDevice final : public Device {
 public:
  // `guarded` is borrowed.
  explicit GuardedDevice(Device& guarded);
  // Whether a device has to be guarded: it shares memory, and its work is not the host's own.
  static bool is_needed(const Capabilities& capabilities);

  const Capabilities& capabilities() const override { return capabilities_; }
  // The caller's memory: the device is not told.
  Status register_memory(std::span<const Slab>) override { return {}; }
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override;

  std::vector<DeviceFigure> figures() const override { return guarded_->figures(); }

  // Whether a queue pair of the device is kept for ever: the device has to be, too.
  bool keeps_paths() const { return keeps_paths_; }

 private:
  Device* guarded_;
  std::atomic<bool> keeps_paths_{false};
  Capabilities capabilities_;
};

}  // namespace penstock
