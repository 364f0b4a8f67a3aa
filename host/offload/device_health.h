// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

namespace penstock {

enum class DeviceState : uint8_t {
  healthy,
  suspect,  // gave a wrong answer, or failed again and again: out until a self-test passes
  lost,     // did not answer in time, or could not be set up: out for good, and never reset by us
};
std::string_view device_state_text(DeviceState state);

// Why a state was left.
enum class HealthCause : uint8_t {
  opened,
  wrong_digest,
  wrong_payload,
  impossible_answer,  // lengths or a status that cannot be
  failures,           // it says itself that it could not, time after time
  deadline,
  selftest_passed,
  selftest_failed,
  selftest_silent,  // no answer to the self-test
  set_up_failed,    // it did not take the memory, or opened no queue pair
};
std::string_view health_cause_text(HealthCause cause);

// A device's state and how it came to it. Any thread. What is asked on the data path is one load; only
// changes, which are rare, take the lock, and none takes memory.
class DeviceHealth {
 public:
  static constexpr size_t kHistoryMax = 64;  // the newest ones

  struct Event {
    std::chrono::system_clock::time_point time;
    DeviceState state = DeviceState::healthy;
    HealthCause cause = HealthCause::opened;
    uint64_t number = 0;  // of all since it was opened
  };

  DeviceHealth();

  // The state, and how often it was entered anew, as one number: a device that has the same standing as
  // before, and is healthy, was healthy all the while.
  uint64_t standing() const noexcept { return standing_.load(std::memory_order_acquire); }
  DeviceState state() const noexcept { return static_cast<DeviceState>(standing() % kStates); }
  bool healthy() const noexcept { return state() == DeviceState::healthy; }

  // Whether an answer of it was ever found wrong, or could not be, by anybody: what it did before proves
  // nothing then.
  bool ever_wrong() const noexcept { return ever_wrong_.load(std::memory_order_acquire); }

  // Each says whether there was anything to change. A lost device stays lost; only a self-test makes a
  // suspect one healthy.
  bool suspect(HealthCause cause) noexcept;
  bool lose(HealthCause cause) noexcept;
  bool tested(bool passed) noexcept;

  std::vector<Event> history() const;  // oldest first

 private:
  static constexpr uint64_t kStates = 4;  // room for them in standing_

  void enter(DeviceState to, HealthCause cause) noexcept;  // with mutex_ held

  std::atomic<uint64_t> standing_{0};
  std::atomic<bool> ever_wrong_{false};
  mutable std::mutex mutex_;  // guards what follows, and changes of the state
  std::array<Event, kHistoryMax> events_;
  uint64_t events_seen_ = 0;
};

}  // namespace penstock
