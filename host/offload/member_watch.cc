// SPDX-License-Identifier: Apache-2.0
#include "offload/member_watch.h"

#include <utility>

#include "base/check.h"

namespace penstock {

MemberWatch::MemberWatch(DispatchMember& member, const DispatcherOptions& options,
                         std::unique_ptr<Selftest> selftest)
    : member_(&member),
      options_(&options),
      selftest_(std::move(selftest)),
      pause_(options.selftest_pause),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

MemberWatch::~MemberWatch() {
  PENSTOCK_CHECK(!thread_.joinable());
}

void MemberWatch::wake() noexcept {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  wakes_.notify_one();
}

std::unique_ptr<Selftest> MemberWatch::end() {
  thread_.request_stop();
  thread_.join();
  return std::move(selftest_);
}

void MemberWatch::run(const std::stop_token& stop) {
  const auto woken = [this] { return woken_; };
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    bool due = false;
    if (may_test()) {
      due = !wakes_.wait_for(lock, stop, pause_, woken);
    } else {
      wakes_.wait(lock, stop, woken);
    }
    woken_ = false;
    lock.unlock();
    if (due && !stop.stop_requested()) test(stop);
    tell();
  }
  tell();  // what came when it was stopped
}

bool MemberWatch::may_test() const {
  return member_->health().state() == DeviceState::suspect && selftest_ != nullptr && selftest_->quiet() &&
         tests_ < options_->selftests_max;
}

void MemberWatch::test(const std::stop_token& stop) {
  ++tests_;
  pause_ *= 2;
  const SelftestOutcome outcome = selftest_->run(stop);
  switch (outcome.verdict) {
    case SelftestOutcome::Verdict::passed:
    case SelftestOutcome::Verdict::failed:
      member_->health().tested(outcome.verdict == SelftestOutcome::Verdict::passed);
      break;
    case SelftestOutcome::Verdict::silent:
      member_->health().lose(HealthCause::selftest_silent);
      break;
    case SelftestOutcome::Verdict::stopped:
      break;
  }
}

void MemberWatch::tell() {
  for (const DeviceHealth::Event& event : member_->health().history()) {
    if (event.number < event_next_) continue;
    event_next_ = event.number + 1;
    if (options_->changed) options_->changed(*member_, event);
  }
}

}  // namespace penstock
