// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "offload/device.h"
#include "offload/dispatch_member.h"
#include "offload/dispatcher_options.h"
#include "offload/guarded_device.h"
#include "offload/member_watch.h"
#include "offload/stranded_buffers.h"

namespace penstock {

// Devices of any kind as one. Jobs go to the one that is expected to be done first, by measured rates; those
// that no device can or will do, and those whose device failed, go to the CPU. Every accepted job comes back
// exactly once with an answer, also when a device hangs: past its deadline the attempt is abandoned, the
// buffers are stranded, and the CPU does the job in fresh ones. What a device answers is not trusted: who
// verifies it tells the dispatcher what was wrong (report_wrong).
class Dispatcher final : public Device {
 public:
  // `devices` and `cpu` are borrowed, or owned later. A device that shares the host's memory is guarded. The
  // CPU takes its share of the work where it is one of `devices`, and steps in for them else.
  Dispatcher(const std::vector<Device*>& devices, Device& cpu, DispatcherOptions options);
  // After its queue pairs. A self-test that is under way is stopped.
  ~Dispatcher() override;
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Takes a device over that it was made with: it ends with the dispatcher, or where one of them may still be
  // at work, with the process.
  void own(std::unique_ptr<Device> device);

  // Of all members together: what any can do, within the limits of the CPU.
  const Capabilities& capabilities() const override { return capabilities_; }
  // A device other than the CPU that refuses is left out, and told as lost. failed: the CPU refuses.
  Status register_memory(std::span<const Slab> slabs) override;
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override;
  size_t memory_needed(size_t queue_pairs, uint32_t depth) const override;

  // Member 0 is the CPU.
  std::span<const std::unique_ptr<DispatchMember>> members() const { return members_; }
  bool cpu_shares() const { return cpu_shares_; }
  // Whether a device that is healthy now, other than the CPU and the one that the job excludes, can do it.
  bool serves(const Job& job) const noexcept;
  // Whether any device was ever found wrong (DeviceHealth::ever_wrong).
  bool any_wrong() const noexcept;
  const DispatcherOptions& options() const { return options_; }
  StrandedBuffers& stranded() { return stranded_; }
  uint64_t now_ns() const { return options_.now_ns(); }

  // Verification found an answer of `member` wrong: it is out until a self-test passes.
  void report_wrong(uint16_t member, HealthCause cause) noexcept;
  // The member is suspect or lost from now on, if it was not. Locks, but only where there is news.
  void suspect(size_t member, HealthCause cause) noexcept;
  void lose(size_t member, HealthCause cause) noexcept;

 private:
  void leave_out(size_t member, const Error& error);
  void watch_members();

  DispatcherOptions options_;
  std::vector<std::unique_ptr<Device>> owned_;
  std::vector<std::unique_ptr<GuardedDevice>> guards_;
  std::vector<std::unique_ptr<DispatchMember>> members_;
  bool cpu_shares_ = false;
  Capabilities capabilities_;
  StrandedBuffers stranded_;
  std::vector<std::unique_ptr<MemberWatch>> watches_;  // one a member, the CPU's null; use all of the above
};

}  // namespace penstock
