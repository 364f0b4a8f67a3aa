// SPDX-License-Identifier: Apache-2.0
#include "quic/sent_bytes.h"

#include <gtest/gtest.h>

#include <cstring>

namespace penstock {
namespace {

constexpr size_t kBlock = BlockPool::kBlockBytes;

TEST(SentBytesTest, KeepsWhatIsSentWhereItIsUntilItIsAcknowledged) {
  BlockPool pool(4 * kBlock);
  SentBytes sent(pool);
  MutableBytes room = sent.room();
  ASSERT_EQ(room.size(), kBlock);
  std::memset(room.data(), 1, 100);
  const Bytes first = sent.add(100);
  room = sent.room();
  EXPECT_EQ(room.data(), first.data() + 100);
  std::memset(room.data(), 2, room.size());
  sent.add(room.size());
  const Bytes third = sent.add(sent.room().empty() ? 0 : 10);
  EXPECT_EQ(sent.held(), kBlock + 10);
  sent.acked(kBlock - 1);
  EXPECT_EQ(first[99], 1);
  sent.acked(1);
  EXPECT_EQ(sent.held(), 10U);
  EXPECT_EQ(third.size(), 10U);
}

TEST(SentBytesTest, BlocksGoBackAndSoDoesTheLastOneWhenAllOfItIsAcknowledged) {
  BlockPool pool(2 * kBlock);
  SentBytes one(pool);
  SentBytes two(pool);
  ASSERT_FALSE(one.room().empty());
  one.add(5);
  ASSERT_FALSE(two.room().empty());
  two.add(kBlock);
  EXPECT_TRUE(two.room().empty()) << "both blocks are in use";
  one.acked(5);
  EXPECT_FALSE(two.room().empty());
  two.acked(kBlock);
  EXPECT_FALSE(one.room().empty());
}

TEST(SentBytesTest, AReservedBlockThatNothingCameIntoGoesBack) {
  BlockPool pool(kBlock);
  SentBytes one(pool);
  SentBytes two(pool);
  ASSERT_FALSE(one.room().empty());
  one.add(0);
  EXPECT_TRUE(two.room().empty());
  one.acked(0);
  EXPECT_FALSE(two.room().empty());
}

TEST(SentBytesTest, AStreamThatGoesGivesItsBlocksBack) {
  BlockPool pool(3 * kBlock);
  {
    SentBytes sent(pool);
    for (int i = 0; i < 3; ++i) {
      ASSERT_FALSE(sent.room().empty());
      sent.add(kBlock);
    }
    ASSERT_TRUE(sent.room().empty());
  }
  SentBytes next(pool);
  EXPECT_FALSE(next.room().empty());
}

}  // namespace
}  // namespace penstock
