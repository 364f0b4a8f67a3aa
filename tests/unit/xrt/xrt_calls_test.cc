// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_calls.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace penstock {
namespace {

using namespace std::chrono_literals;

TEST(XrtCallsTest, ReturnsWhatTheWorkReturns) {
  XrtCalls calls;
  EXPECT_EQ(calls.call("card", "look", [] { return 42; }), 42);
  EXPECT_TRUE(calls.call("card", "look", [] {}));
}

TEST(XrtCallsTest, FailsWhereTheWorkThrows) {
  XrtCalls calls;
  const auto failed = calls.call("card", "look", []() -> int { throw std::runtime_error("no memory"); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "card: no memory (look)");
  EXPECT_EQ(calls.call("card", "look", [] { return 1; }), 1) << "and goes on";
}

TEST(XrtCallsTest, DoesOneAfterTheOther) {
  XrtCalls calls;
  std::vector<int> done;  // by that thread alone, until the last call
  for (int i = 0; i < 100; ++i) calls.later([&done, i] { done.push_back(i); });
  ASSERT_TRUE(calls.call("card", "look", [] {}));
  ASSERT_EQ(done.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(done[i], i);
}

TEST(XrtCallsTest, GivesUpOnWhatNeverReturnsAndAsksNoMore) {
  // The work's too, whose end is later than the test's need be.
  struct Shared {
    std::latch released{1};
    std::latch made{1};
    std::weak_ptr<int> value;
  };
  const auto shared = std::make_shared<Shared>();
  std::atomic<bool> asked{false};
  {
    XrtCalls calls(20ms);
    const auto never = calls.call("card", "look", [shared] {
      shared->released.wait();
      auto value = std::make_shared<int>(7);
      shared->value = value;
      shared->made.count_down();
      return value;
    });
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().message(), "card: does not answer (look)");
    const auto again = calls.call("card", "look", [&asked] { asked = true; });
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().message(), "card: does not answer any more (look)");
  }  // does not wait for it
  EXPECT_FALSE(asked);
  shared->released.count_down();
  shared->made.wait();
  // What comes too late ends with nobody to have it.
  while (!shared->value.expired()) std::this_thread::yield();
}

TEST(XrtCallsTest, DoesAllThatItWasGivenBeforeItEnds) {
  std::atomic<int> done{0};
  {
    XrtCalls calls;
    for (int i = 0; i < 10; ++i) {
      calls.later([&done] {
        std::this_thread::sleep_for(1ms);
        ++done;
      });
    }
  }
  EXPECT_EQ(done, 10);
}

// As where a waiter gave up, and the last that knows of it is the work itself.
TEST(XrtCallsTest, MayEndOnItsOwnThread) {
  auto calls = std::make_shared<XrtCalls>();
  const std::weak_ptr<XrtCalls> left = calls;
  const auto go = std::make_shared<std::latch>(1);
  calls->later([calls, go] { go->wait(); });
  calls.reset();
  go->count_down();
  while (!left.expired()) std::this_thread::yield();
}

}  // namespace
}  // namespace penstock
