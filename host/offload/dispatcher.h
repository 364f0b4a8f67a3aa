// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/result.h"
#include "offload/device.h"
#include "offload/dispatch_member.h"
#include "offload/stranded_buffers.h"

namespace penstock {

struct DispatcherOptions {
  // A job is waited for so long, and so many times longer than the device is expected to take, up to a limit.
  std::chrono::nanoseconds deadline_min = std::chrono::seconds(2);
  std::chrono::nanoseconds deadline_max = std::chrono::seconds(60);  // beside deadline_min
  uint64_t deadline_factor = 16;
  // Jobs whose buffers there is room to lose (StrandedBuffers): no more are with devices at a time.
  size_t jobs_stranded_max = 64;
  // What a suspect device has to pass to be used again; none: it stays out.
  std::function<Status(Device&)> selftest;
  std::chrono::nanoseconds selftest_pause = std::chrono::seconds(1);  // before the first; doubled each time
  unsigned selftests_max = 6;                                         // of one device, until it is left alone
  uint64_t (*now_ns)() = nullptr;                                     // a steady clock; none: the system's
};

// Devices of any kind as one. Jobs go to the one that is expected to be done first, by measured rates; those
// that no device can or will do, and those whose device failed, go to the CPU. Every accepted job comes back
// exactly once with an answer, also when a device hangs: past its deadline the attempt is abandoned, the
// buffers are stranded, and the CPU does the job in fresh ones. What a device answers is not trusted: who
// verifies it tells the dispatcher what was wrong (report_wrong).
class Dispatcher final : public Device {
 public:
  // `devices` and `cpu` are borrowed. The CPU takes its share of the work where it is one of `devices`, and
  // steps in for them else.
  Dispatcher(const std::vector<Device*>& devices, Device& cpu, DispatcherOptions options);
  ~Dispatcher() override;

  // Of all members together: what any can do, within the limits of the CPU.
  const Capabilities& capabilities() const override { return capabilities_; }
  Status register_memory(std::span<const Slab> slabs) override;
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override;

  // Member 0 is the CPU.
  std::span<const std::unique_ptr<DispatchMember>> members() const { return members_; }
  bool cpu_shares() const { return cpu_shares_; }
  const DispatcherOptions& options() const { return options_; }
  StrandedBuffers& stranded() { return stranded_; }
  uint64_t now_ns() const { return options_.now_ns(); }

  // Verification found an answer of `member` wrong: it is out until a self-test passes.
  void report_wrong(uint16_t member, HealthCause cause) noexcept;
  // A device that is suspect now may be tested.
  void wake_tester() noexcept;

 private:
  void test_suspects(const std::stop_token& stop);

  DispatcherOptions options_;
  std::vector<std::unique_ptr<DispatchMember>> members_;
  bool cpu_shares_ = false;
  Capabilities capabilities_;
  StrandedBuffers stranded_;
  std::mutex tester_mutex_;
  std::condition_variable_any tester_wakes_;
  bool suspects_ = false;
  std::jthread tester_;  // last: it uses all of the above
};

}  // namespace penstock
