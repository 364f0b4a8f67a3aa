// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "base/result.h"

namespace penstock {

// How the thread of a queue waits for a NIC that tells nobody when packets arrive: it polls for a while, then
// sleeps between polls, longer from step to step, and longest when nothing has come for a while. pause() and
// busy() are its own; wake() and nudge() anybody's.
class PollWait {
 public:
  using Clock = std::chrono::steady_clock;

  static Result<std::unique_ptr<PollWait>> create();
  ~PollWait();
  PollWait(const PollWait&) = delete;
  PollWait& operator=(const PollWait&) = delete;

  // Others work on the same CPUs: it polls no longer than it must, and sleeps longer.
  void share_cpu(bool shared) { least_ = shared ? kStepShared : kStepMin; }
  // Packets have come: the next pauses are short.
  void busy();
  // There is something to be done as soon as the device lets it: no pause is long.
  void stay_close();
  // Whether wake() was called since it was asked last.
  bool woken() { return woken_.exchange(false, std::memory_order_acquire); }
  // Until the next poll. False: `deadline` has come.
  bool pause(Clock::time_point deadline);

  // Ends the present wait, or else the next one.
  void wake();
  // Ends the present pause: there is something to be polled for. What is told before the pause is not lost.
  void nudge();

 private:
  static constexpr std::chrono::microseconds kPolled{20};
  static constexpr std::chrono::microseconds kStepMin{5};
  static constexpr std::chrono::microseconds kStepShared{100};
  static constexpr std::chrono::microseconds kStepMax{200};
  // Nobody expects anything of an idle port: then sleeps grow on.
  static constexpr std::chrono::milliseconds kPatience{50};
  static constexpr std::chrono::microseconds kStepIdle{500};

  explicit PollWait(int event) : event_(event) {}
  void ring();

  const int event_;  // an eventfd
  std::atomic<bool> woken_{false};
  std::atomic<bool> nudged_{false};
  std::atomic<bool> sleeping_{false};
  Clock::time_point busy_until_{};
  Clock::time_point idle_from_{};
  std::chrono::microseconds least_ = kStepMin;
  std::chrono::microseconds step_ = kStepMin;
};

}  // namespace penstock
