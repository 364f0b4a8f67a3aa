// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "emulation/faults/fault_kind.h"

namespace penstock {

struct FaultOptions {
  uint64_t seed = 1;
  // Chances of a job; their sum is 1 at the most, since a job has one fault.
  std::array<double, kFaultKinds> rates{};
  // Whether the device works in the host's memory itself, and can write to input there. Else it stands for
  // one whose driver copies: it never writes to input, nor to anything after its answer.
  bool shares_host_memory = true;
  uint64_t late_ns_max = 100'000'000;  // a late answer is held back up to so long
  uint64_t (*now_ns)() = nullptr;      // the clock of it; none: the system's steady one
  size_t write_bytes_max = 64 << 10;   // of a buffer, at its beginning, that writes out of time change

  double& rate(FaultKind kind) { return rates[static_cast<size_t>(kind)]; }
};

}  // namespace penstock
