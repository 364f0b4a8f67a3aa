// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "offload/dispatch_member.h"
#include "offload/dispatcher_options.h"
#include "offload/selftest.h"

namespace penstock {

// The control plane's eye on one member: a thread that sleeps until the member's health has changed, tells
// the change, and tests a suspect device, after twice the pause each time. One that hangs so holds up no
// other.
class MemberWatch {
 public:
  // `selftest` may be null: then a suspect device stays out. `member` and `options` outlive it.
  MemberWatch(DispatchMember& member, const DispatcherOptions& options, std::unique_ptr<Selftest> selftest);
  ~MemberWatch();  // after end()

  // The member's health has changed. Any thread; takes a lock for a moment.
  void wake() noexcept;
  void request_stop() noexcept { thread_.request_stop(); }
  // Stops when all is told, and gives the self-test back. Waits for nothing but a call that the driver does
  // not return from.
  std::unique_ptr<Selftest> end();

 private:
  void run(const std::stop_token& stop);
  bool may_test() const;
  void tell();
  void test(const std::stop_token& stop);

  DispatchMember* member_;
  const DispatcherOptions* options_;
  std::unique_ptr<Selftest> selftest_;
  uint64_t event_next_ = 1;  // to be told: that it was opened is no news
  unsigned tests_ = 0;
  std::chrono::nanoseconds pause_;
  std::mutex mutex_;  // guards woken_
  std::condition_variable_any wakes_;
  bool woken_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace penstock
