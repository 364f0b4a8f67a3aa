// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/poll_wait.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "unit/base/sanitized.h"

namespace penstock {
namespace {

using Clock = PollWait::Clock;

constexpr int kRounds = kSanitized ? 2'000 : 20'000;

TEST(PollWait, EndsAtItsDeadlineAndNotBefore) {
  const auto wait = PollWait::create().value();
  wait->busy();
  const auto deadline = Clock::now() + std::chrono::milliseconds(5);
  while (wait->pause(deadline)) {
  }
  EXPECT_GE(Clock::now(), deadline);
  EXPECT_FALSE(wait->pause(Clock::now()));
}

TEST(PollWait, SleepsGrowOnWhereNothingComes) {
  const auto wait = PollWait::create().value();
  size_t pauses = 0;
  for (const auto deadline = Clock::now() + std::chrono::milliseconds(500); wait->pause(deadline);) ++pauses;
  // A machine that has no time for it pauses less often, never more.
  EXPECT_LT(pauses, 2'000U);
}

TEST(PollWait, WhoSharesItsCpusSleepsBehindEachPacket) {
  const auto wait = PollWait::create().value();
  wait->share_cpu(true);
  unsigned pauses = 0;
  const auto deadline = Clock::now() + std::chrono::milliseconds(100);
  for (wait->busy(); wait->pause(deadline); wait->busy()) ++pauses;
  EXPECT_LE(pauses, 2'001U) << "of 50 µs at least";
}

TEST(PollWait, EachWakeIsSeenOnce) {
  const auto wait = PollWait::create().value();
  EXPECT_FALSE(wait->woken());
  wait->wake();
  wait->wake();
  EXPECT_TRUE(wait->woken());
  EXPECT_FALSE(wait->woken());
}

TEST(PollWait, NoWakeIsLostBetweenTwoThreads) {
  const auto wait = PollWait::create().value();
  std::atomic<int> seen{0};
  std::thread waiter([&] {
    for (int i = 0; i < kRounds; ++i) {
      while (!wait->woken()) ASSERT_TRUE(wait->pause(Clock::time_point::max()));
      seen.store(i + 1);
      seen.notify_one();
      if (i % 3 == 0) wait->busy();
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    wait->wake();
    seen.wait(i);
  }
  waiter.join();
  EXPECT_EQ(seen.load(), kRounds);
}

TEST(PollWait, NudgesFromManyThreadsNeverEndAWaitForGood) {
  const auto wait = PollWait::create().value();
  std::atomic<int> told{0};
  std::vector<std::thread> tellers;
  tellers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    tellers.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        told.fetch_add(1);
        wait->nudge();
      }
    });
  }
  while (told.load() != 3 * kRounds) ASSERT_TRUE(wait->pause(Clock::time_point::max()));
  for (std::thread& teller : tellers) teller.join();
  EXPECT_FALSE(wait->woken()) << "a nudge is no wake";
}

}  // namespace
}  // namespace penstock
