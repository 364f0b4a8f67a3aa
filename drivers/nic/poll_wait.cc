// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/poll_wait.h"

#include <poll.h>
#include <rte_pause.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace penstock {

Result<std::unique_ptr<PollWait>> PollWait::create() {
  const int event = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (event < 0) return fail_errno("eventfd");
  return std::unique_ptr<PollWait>(new PollWait(event));
}

PollWait::~PollWait() {
  ::close(event_);
}

void PollWait::busy() {
  const auto now = Clock::now();
  busy_until_ = least_ == kStepMin ? now + kPolled : now;
  idle_from_ = now + kPatience;
  step_ = least_;
}

void PollWait::stay_close() {
  idle_from_ = Clock::now() + kPatience;
  step_ = std::min(step_, kStepMax);
}

bool PollWait::pause(Clock::time_point deadline) {
  const auto now = Clock::now();
  if (now >= deadline) return false;
  if (now < busy_until_) {
    rte_pause();
    return true;
  }
  const auto left = std::min<std::chrono::nanoseconds>(deadline - now, step_);
  step_ = std::min(2 * step_, now < idle_from_ ? kStepMax : kStepIdle);
  // Whoever sets a flag behind this line sees that it has to ring.
  sleeping_.store(true);
  if (!woken_.load() && !nudged_.load()) {
    const timespec limit{0, static_cast<long>(left.count())};
    pollfd watched{event_, POLLIN, 0};
    if (::ppoll(&watched, 1, &limit, nullptr) > 0) {
      uint64_t count = 0;
      (void)!::read(event_, &count, sizeof count);
    }
  }
  sleeping_.store(false);
  nudged_.store(false);
  return true;
}

void PollWait::ring() {
  // Once for each sleep, however many have something to tell.
  if (!sleeping_.exchange(false)) return;
  const uint64_t one = 1;
  (void)!::write(event_, &one, sizeof one);
}

void PollWait::wake() {
  woken_.store(true);
  ring();
}

void PollWait::nudge() {
  nudged_.store(true);
  ring();
}

}  // namespace penstock
