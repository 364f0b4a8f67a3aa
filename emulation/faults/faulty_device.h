// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "emulation/faults/fault_options.h"
#include "emulation/faults/fault_state.h"
#include "offload/device.h"

namespace penstock {

// A device that goes wrong in every way that the pipeline has to survive, by chance, with any other device
// inside that does the work. Its driver is honest about its own jobs: it hands back none that it was not
// given. It is no CPU, whatever is inside. Any thread.
class FaultyDevice final : public Device {
 public:
  FaultyDevice(std::unique_ptr<Device> inside, const FaultOptions& options);

  const Capabilities& capabilities() const override { return capabilities_; }
  Status register_memory(std::span<const Slab> slabs) override { return inside_->register_memory(slabs); }
  size_t memory_needed(size_t queue_pairs, uint32_t depth) const override {
    return inside_->memory_needed(queue_pairs, depth);
  }
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override;

  // How often a fault took place: as far as an answer shows it, answers that were handed back.
  uint64_t injected(FaultKind kind) const;
  bool lost() const { return state_.lost; }
  uint64_t writes_after_abandon() const { return state_.late_writer.writes(); }

 private:
  const std::unique_ptr<Device> inside_;
  Capabilities capabilities_;
  FaultState state_;
  std::atomic<uint64_t> queue_pairs_{0};
};

}  // namespace penstock
