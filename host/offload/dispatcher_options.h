// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"
#include "offload/device.h"
#include "offload/device_health.h"
#include "offload/selftest.h"

namespace penstock {

class DispatchMember;

struct DispatcherOptions {
  // A job is waited for so long, and so many times longer than the device is expected to take, up to a limit.
  std::chrono::nanoseconds deadline_min = std::chrono::seconds(2);
  std::chrono::nanoseconds deadline_max = std::chrono::seconds(60);  // beside deadline_min
  uint64_t deadline_factor = 16;
  // Jobs whose buffers there is room to lose (StrandedBuffers): no more are with devices at a time.
  size_t jobs_stranded_max = 64;
  // Jobs that a device which shares memory has at the most: its guard takes two buffers for each. More than a
  // put has lanes and batches for (pipeline/memory_plan.h), and one for a self-test.
  size_t jobs_guarded_max = 32;
  // Makes what a suspect device has to pass to be used again, once a device, before anything else is asked of
  // it; none: it stays out.
  std::function<Result<std::unique_ptr<Selftest>>(Device&)> selftest;
  std::chrono::nanoseconds selftest_pause = std::chrono::seconds(1);  // before the first; doubled each time
  unsigned selftests_max = 6;                                         // of one device, until it is left alone
  // Told each change of a device's health. By a thread of the device's own, so of several at once.
  std::function<void(const DispatchMember&, const DeviceHealth::Event&)> changed;
  uint64_t (*now_ns)() = nullptr;  // a steady clock; none: the system's
};

}  // namespace penstock
