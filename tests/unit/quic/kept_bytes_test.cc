// SPDX-License-Identifier: Apache-2.0
#include "quic/kept_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace penstock {
namespace {

TEST(KeptBytesTest, GivesBytesInTheirOrderAndItsMemoryFollowsWhatItHolds) {
  constexpr size_t kSpareBlocks = 2;
  BlockPool pool(SIZE_MAX, kSpareBlocks * BlockPool::kBlockBytes);
  KeptBytes kept(pool);
  std::mt19937 random(1);
  uint8_t next_in = 0;
  uint8_t next_out = 0;
  for (int round = 0; round < 20'000; ++round) {
    // Never empty for long: what comes and goes is a hundred times what is held.
    if (kept.size() < 150'000) {
      std::vector<uint8_t> more(random() % 4000);
      for (uint8_t& byte : more) byte = next_in++;
      kept.add(more);
    }
    const size_t count = std::min<size_t>(kept.front().size(), random() % 4000);
    for (const uint8_t byte : kept.front().first(count)) ASSERT_EQ(byte, next_out++);
    kept.take(count);
    ASSERT_LE(kept.capacity(), kept.size() + 2 * BlockPool::kBlockBytes);
  }
  // Across blocks too.
  EXPECT_GT(kept.size(), 3 * BlockPool::kBlockBytes);
  const size_t across = kept.size() - 10;
  kept.take(across);
  next_out = static_cast<uint8_t>(next_out + across);
  EXPECT_EQ(kept.front()[0], next_out);
  kept.take(kept.size());
  EXPECT_TRUE(kept.empty());
  EXPECT_TRUE(kept.front().empty());
  EXPECT_EQ(kept.capacity(), 0U);
}

TEST(KeptBytesTest, AStreamThatHoldsLittleHasLittle) {
  BlockPool pool(SIZE_MAX, 0);
  KeptBytes kept(pool);
  const std::vector<uint8_t> bytes(100'000, 7);
  for (const size_t size : {1, 100, 1024, 5000, 40'000, 100'000}) {
    kept.add(Bytes(bytes).first(size - kept.size()));
    EXPECT_LE(kept.capacity(), 2 * size + 2048) << size;
  }
  kept.clear();
  EXPECT_EQ(kept.capacity(), 0U);
}

TEST(BlockPoolTest, KeepsSoManyForTheNextAndNoMore) {
  BlockPool pool(3 * BlockPool::kBlockBytes, BlockPool::kBlockBytes);
  std::vector<BlockPool::Block> blocks;
  for (int i = 0; i < 3; ++i) ASSERT_NE(blocks.emplace_back(pool.take()), nullptr);
  EXPECT_EQ(pool.take(), nullptr);
  for (BlockPool::Block& block : blocks) pool.give_back(std::move(block));
  // Those that were not kept are made anew.
  for (BlockPool::Block& block : blocks) ASSERT_NE(block = pool.take(), nullptr);
  EXPECT_EQ(pool.take(), nullptr);
}

}  // namespace
}  // namespace penstock
