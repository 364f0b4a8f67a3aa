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
    case HealthCause::selftest_silent:
      return "did not answer the self-test";
    case HealthCause::set_up_failed:
      return "could not be set up";
  }
  return "unknown";
}

DeviceHealth::DeviceHealth() {
  events_[0] = {std::chrono::system_clock::now(), DeviceState::healthy, HealthCause::opened, 0};
  events_seen_ = 1;
}

namespace {

bool is_wrong(HealthCause cause) {
  return cause == HealthCause::wrong_digest || cause == HealthCause::wrong_payload ||
         cause == HealthCause::impossible_answer || cause == HealthCause::selftest_failed;
}

}  // namespace

bool DeviceHealth::suspect(HealthCause cause) noexcept {
  const std::lock_guard lock(mutex_);
  if (is_wrong(cause)) ever_wrong_.store(true, std::memory_order_release);
  if (!healthy()) return false;
  enter(DeviceState::suspect, cause);
  return true;
}

bool DeviceHealth::lose(HealthCause cause) noexcept {
  const std::lock_guard lock(mutex_);
  if (state() == DeviceState::lost) return false;
  enter(DeviceState::lost, cause);
  return true;
}

bool DeviceHealth::tested(bool passed) noexcept {
  const std::lock_guard lock(mutex_);
  if (state() == DeviceState::lost) return false;
  if (passed) {
    enter(DeviceState::healthy, HealthCause::selftest_passed);
  } else {
    enter(DeviceState::suspect, HealthCause::selftest_failed);
  }
  return true;
}

void DeviceHealth::enter(DeviceState to, HealthCause cause) noexcept {
  if (is_wrong(cause)) ever_wrong_.store(true, std::memory_order_release);
  const uint64_t entered = standing_.load(std::memory_order_relaxed) / kStates + 1;
  standing_.store(entered * kStates + static_cast<uint64_t>(to), std::memory_order_release);
  events_[events_seen_ % kHistoryMax] = {std::chrono::system_clock::now(), to, cause, events_seen_};
  ++events_seen_;
}

std::vector<DeviceHealth::Event> DeviceHealth::history() const {
  const std::lock_guard lock(mutex_);
  std::vector<Event> events;
  for (uint64_t i = events_seen_ - std::min<uint64_t>(events_seen_, kHistoryMax); i < events_seen_; ++i)
    events.push_back(events_[i % kHistoryMax]);
  return events;
}

}  // namespace penstock
