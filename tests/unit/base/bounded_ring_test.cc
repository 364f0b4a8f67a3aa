// SPDX-License-Identifier: Apache-2.0
#include "base/bounded_ring.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <thread>

namespace penstock {
namespace {

TEST(BoundedRingTest, GivesItemsBackInOrder) {
  BoundedRing<int> ring(4);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ring.push(int{i}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ring.pop(), i);
  EXPECT_EQ(ring.pop(), std::nullopt);
}

TEST(BoundedRingTest, HoldsItsCapacityAndRefusesMoreWithoutTakingTheItem) {
  for (size_t capacity : {1, 2, 8}) {
    BoundedRing<std::unique_ptr<int>> ring(capacity);
    EXPECT_EQ(ring.capacity(), capacity);
    for (size_t i = 0; i < capacity; ++i) EXPECT_TRUE(ring.push(std::make_unique<int>(0)));
    auto item = std::make_unique<int>(7);
    EXPECT_FALSE(ring.push(std::move(item)));
    ASSERT_NE(item, nullptr);
    EXPECT_TRUE(ring.pop());
    EXPECT_TRUE(ring.push(std::move(item)));
    EXPECT_EQ(item, nullptr);
  }
}

TEST(BoundedRingTest, GoesRoundManyTimes) {
  BoundedRing<int> ring(2);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(ring.push(int{i}));
    EXPECT_EQ(ring.pop(), i);
  }
}

TEST(BoundedRingTest, DestroysWhatIsLeftInIt) {
  const auto counted = std::make_shared<int>(0);
  {
    BoundedRing<std::shared_ptr<int>> ring(4);
    ring.push(std::shared_ptr<int>(counted));
    ring.push(std::shared_ptr<int>(counted));
    EXPECT_EQ(counted.use_count(), 3);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(BoundedRingTest, CarriesEverythingOnceAndInOrderBetweenTwoThreads) {
  constexpr uint64_t kItems = 100000;
  BoundedRing<std::unique_ptr<uint64_t>> ring(16);
  std::thread producer([&ring] {
    for (uint64_t i = 0; i < kItems; ++i) {
      auto item = std::make_unique<uint64_t>(i);
      while (!ring.push(std::move(item))) std::this_thread::yield();
    }
  });
  uint64_t wrong = 0;
  for (uint64_t expected = 0; expected < kItems;) {
    const auto item = ring.pop();
    if (!item) {
      std::this_thread::yield();
      continue;
    }
    wrong += **item == expected ? 0 : 1;
    ++expected;
  }
  producer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(ring.pop(), std::nullopt);
}

TEST(BoundedRingDeathTest, WantsAPowerOfTwo) {
  EXPECT_DEATH(BoundedRing<int>(0), "internal error");
  EXPECT_DEATH(BoundedRing<int>(3), "internal error");
}

}  // namespace
}  // namespace penstock
