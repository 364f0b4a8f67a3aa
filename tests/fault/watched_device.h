// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "fault/stranded_record.h"
#include "offload/device.h"

namespace penstock {

// What a device was asked and what became of it. Any thread.
struct WatchCounters {
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> returned{0};
  std::atomic<uint64_t> abandoned{0};
  std::atomic<uint64_t> echoes{0};  // handed back without being under way
  // Of accepted jobs.
  std::atomic<uint64_t> in_stranded{0};  // in memory that nobody may use again
  std::atomic<uint64_t> bytes_max{0};    // raw, of one
  std::atomic<uint64_t> bytes{0};        // raw, of all
};

// A device as it is, with somebody at the door who notes which jobs go in and come out, records the buffers
// of those that were abandoned without proof, and looks whether any job uses such memory again. Queue pairs
// that are kept because their device hangs end with it here, so that a test of many devices has room.
class WatchedDevice final : public Device {
 public:
  // `device` and `record` are borrowed.
  WatchedDevice(Device& device, StrandedRecord& record) : device_(&device), record_(&record) {}

  const Capabilities& capabilities() const override { return device_->capabilities(); }
  Status register_memory(std::span<const Slab> slabs) override;
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override;
  size_t memory_needed(size_t queue_pairs, uint32_t depth) const override {
    return device_->memory_needed(queue_pairs, depth);
  }

  const WatchCounters& counters() const { return counters_; }

 private:
  class Path;

  void close(const QueuePair* queue_pair);

  Device* device_;
  StrandedRecord* record_;
  WatchCounters counters_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<QueuePair>> open_;
};

}  // namespace penstock
