// SPDX-License-Identifier: Apache-2.0
#include "memory/buffer_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <utility>

namespace penstock {
namespace {

std::unique_ptr<BufferPool> pool_of(size_t buffer_bytes, size_t count) {
  return std::move(BufferPool::create("test", buffer_bytes, count).value());
}

TEST(BufferPoolTest, LendsAlignedBuffersOfTheSizeAskedForThatDoNotOverlap) {
  const auto pool = pool_of(5000, 9);
  std::vector<Buffer> buffers;
  std::set<uintptr_t> starts;
  for (int i = 0; i < 9; ++i) {
    buffers.push_back(pool->try_acquire());
    ASSERT_TRUE(buffers.back());
    EXPECT_EQ(buffers.back().capacity(), 5000u);
    const auto start = reinterpret_cast<uintptr_t>(buffers.back().bytes().data());
    EXPECT_EQ(start % Slab::kAlignment, 0u);
    starts.insert(start);
  }
  uintptr_t end = 0;
  for (uintptr_t start : starts) {
    EXPECT_GE(start, end);
    end = start + 5000;
  }
  EXPECT_EQ(starts.size(), 9u);
}

TEST(BufferPoolTest, LiesInSlabsThatADeviceTakes) {
  const auto pool = pool_of(size_t{2} << 20, 40);
  EXPECT_GE(pool->slabs().size(), 2u);
  for (const Slab& slab : pool->slabs()) EXPECT_GE(slab.bytes().size(), Slab::kSlabBytesMin);
  std::vector<Buffer> buffers;
  for (int i = 0; i < 40; ++i) {
    buffers.push_back(pool->acquire());
    const MutableBytes bytes = buffers.back().bytes();
    const bool inside = std::ranges::any_of(pool->slabs(), [&](const Slab& slab) {
      return bytes.data() >= slab.bytes().data() &&
             bytes.data() + bytes.size() <= slab.bytes().data() + slab.bytes().size();
    });
    EXPECT_TRUE(inside);
  }
}

TEST(BufferPoolTest, GivesAnEmptyBufferWhenItIsExhaustedAndGoesOnWhenOneIsBack) {
  const auto pool = pool_of(100, 2);
  Buffer first = pool->try_acquire();
  {
    const Buffer second = pool->try_acquire();
    EXPECT_TRUE(first && second);
    EXPECT_EQ(pool->free_count(), 0u);
    const Buffer third = pool->try_acquire();
    EXPECT_FALSE(third);
    EXPECT_EQ(third.capacity(), 0u);
  }
  EXPECT_EQ(pool->free_count(), 1u);
  EXPECT_TRUE(pool->try_acquire());
}

TEST(BufferPoolTest, LendsABufferToOneAtATimeHoweverItIsMoved) {
  const auto pool = pool_of(100, 2);
  Buffer first = pool->acquire();
  const uint8_t* address = first.bytes().data();
  Buffer second(std::move(first));
  EXPECT_FALSE(first);
  EXPECT_EQ(second.bytes().data(), address);
  Buffer third = pool->acquire();
  third = std::move(second);
  EXPECT_EQ(third.bytes().data(), address);
  EXPECT_FALSE(second);
  EXPECT_EQ(pool->free_count(), 1u) << "what the assignment displaced is back at once";
  Buffer& alias = third;
  third = std::move(alias);
  EXPECT_EQ(third.bytes().data(), address);
  third = Buffer();
  EXPECT_EQ(pool->free_count(), 2u);
}

TEST(BufferPoolTest, WakesWhoWaitsWhenABufferComesBack) {
  const auto pool = pool_of(100, 1);
  Buffer held = pool->acquire();
  std::atomic<bool> got = false;
  std::thread waiter([&] {
    const Buffer buffer = pool->acquire();
    got = true;
  });
  EXPECT_FALSE(got);
  held = Buffer();
  waiter.join();
  EXPECT_TRUE(got);
}

TEST(BufferPoolTest, NeverLendsABufferTwiceToManyThreads) {
  const auto pool = pool_of(8, 3);
  std::atomic<uint64_t> collisions = 0;
  std::vector<std::thread> threads;
  for (uint8_t t = 1; t <= 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        const Buffer buffer = pool->acquire();
        std::ranges::fill(buffer.bytes(), t);
        std::this_thread::yield();
        for (uint8_t byte : buffer.bytes()) collisions += byte == t ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(collisions, 0u);
  EXPECT_EQ(pool->free_count(), 3u);
}

TEST(BufferPoolTest, SaysThatThereIsNoMemory) {
  const auto pool = BufferPool::create("huge", size_t{1} << 60, 4);
  ASSERT_FALSE(pool);
  EXPECT_EQ(pool.error().code, Errc::failed);
}

TEST(BufferPoolDeathTest, StopsWhenABufferOutlivesIt) {
  EXPECT_DEATH(
      {
        auto pool = pool_of(100, 1);
        const Buffer buffer = pool->acquire();
        pool.reset();
      },
      "internal error");
}

}  // namespace
}  // namespace penstock
