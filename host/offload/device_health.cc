// SPDX-License-Identifier: Apache-2.0
#include "offload/device_health.h"

#include <algorithm>

namespace penstock {

std::string_view device_state_text(DeviceState state) {
  switch (state) {
    case DeviceState::healthy:
      return "healthy";
    case DeviceState::suspect:
      return "suspect";
    case DeviceState::lost:
      return "lost";
  }
  return "unknown";
}

std::string_view health_cause_text(HealthCause cause) {
  switch (cause) {
    case HealthCause::opened:
      return "opened";
    case HealthCause::wrong_digest:
      return "gave a wrong digest";
    case HealthCause::wrong_payload:
      return "gave a wrong payload";
    case HealthCause::impossible_answer:
      return "gave an answer that cannot be";
    case HealthCause::failures:
      return "failed again and again";
    case HealthCause::deadline:
      return "did not answer in time";
    case HealthCause::selftest_passed:
      return "passed the self-test";
    case HealthCause::selftest_failed:
      return "failed the self-test";
  }
  return "unknown";
}

DeviceHealth::DeviceHealth() {
  events_[0] = {std::chrono::system_clock::now(), DeviceState::healthy, HealthCause::opened};
  events_seen_ = 1;
}

bool DeviceHealth::suspect(HealthCause cause) noexcept {
  return change(DeviceState::healthy, DeviceState::suspect, cause);
}

bool DeviceHealth::lose(HealthCause cause) noexcept {
  const std::lock_guard lock(mutex_);
  return state() != DeviceState::lost && enter(DeviceState::lost, cause);
}

bool DeviceHealth::tested(bool passed) noexcept {
  return passed ? change(DeviceState::suspect, DeviceState::healthy, HealthCause::selftest_passed)
                : change(DeviceState::suspect, DeviceState::suspect, HealthCause::selftest_failed);
}

bool DeviceHealth::change(DeviceState from, DeviceState to, HealthCause cause) noexcept {
  const std::lock_guard lock(mutex_);
  return state() == from && enter(to, cause);
}

bool DeviceHealth::enter(DeviceState to, HealthCause cause) noexcept {
  state_.store(to, std::memory_order_release);
  events_[events_seen_++ % kHistoryMax] = {std::chrono::system_clock::now(), to, cause};
  return true;
}

std::vector<DeviceHealth::Event> DeviceHealth::history() const {
  const std::lock_guard lock(mutex_);
  std::vector<Event> events;
  for (size_t i = events_seen_ - std::min(events_seen_, kHistoryMax); i < events_seen_; ++i)
    events.push_back(events_[i % kHistoryMax]);
  return events;
}

}  // namespace penstock
