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
  lost,     // did not answer in time: abandoned, and never reset by us
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
};
std::string_view health_cause_text(HealthCause cause);

// A device's state and how it came to it. Any thread; state() is one load, changes are rare and take no
// memory.
class DeviceHealth {
 public:
  static constexpr size_t kHistoryMax = 64;  // the newest ones

  struct Event {
    std::chrono::system_clock::time_point time;
    DeviceState state = DeviceState::healthy;
    HealthCause cause = HealthCause::opened;
  };

  DeviceHealth();

  DeviceState state() const noexcept { return state_.load(std::memory_order_acquire); }
  bool healthy() const noexcept { return state() == DeviceState::healthy; }

  // Each says whether it changed the state. A lost device stays lost; only a self-test makes a suspect one
  // healthy.
  bool suspect(HealthCause cause) noexcept;
  bool lose(HealthCause cause) noexcept;
  bool tested(bool passed) noexcept;

  std::vector<Event> history() const;  // oldest first

 private:
  bool change(DeviceState from, DeviceState to, HealthCause cause) noexcept;
  bool enter(DeviceState to, HealthCause cause) noexcept;  // with mutex_ held; true

  std::atomic<DeviceState> state_{DeviceState::healthy};
  mutable std::mutex mutex_;  // guards what follows, and changes of the state
  std::array<Event, kHistoryMax> events_;
  size_t events_seen_ = 0;
};

}  // namespace penstock
