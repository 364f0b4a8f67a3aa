// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "emulation/faults/fault_options.h"
#include "emulation/faults/late_writer.h"

namespace penstock {

// What the queue pairs of one faulty device share. Any thread.
struct FaultState {
  explicit FaultState(const FaultOptions& given) : options(given), late_writer(given.write_bytes_max) {}

  const FaultOptions options;
  std::array<std::atomic<uint64_t>, kFaultKinds> injected{};  // how often each took place
  std::atomic<bool> lost{false};
  LateWriter late_writer;

  void count(FaultKind kind) noexcept {
    injected[static_cast<size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
  }
};

}  // namespace penstock
