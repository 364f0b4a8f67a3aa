// SPDX-License-Identifier: Apache-2.0
#include "store/pending_table.h"

#include <gtest/gtest.h>

#include "unit/store/block_maker.h"

namespace penstock {
namespace {

Digest digest(uint64_t i) {
  return raw_block(i, 4).cid.digest;
}

TEST(PendingTableTest, FindsWhatWasClaimedThroughItsGrowth) {
  PendingTable table;
  for (uint64_t i = 0; i < 5000; ++i) {
    ASSERT_EQ(table.find(digest(i)), nullptr);
    PendingTable::Slot& slot = table.claim(digest(i));
    if (i % 2 == 0) table.place(slot, {1, static_cast<uint32_t>(i), 0});
  }
  EXPECT_EQ(table.size(), 5000u);
  EXPECT_EQ(table.placed(), 2500u);
  for (uint64_t i = 0; i < 5000; ++i) {
    const auto* slot = table.find(digest(i));
    ASSERT_NE(slot, nullptr);
    EXPECT_EQ(slot->placed(), i % 2 == 0);
    EXPECT_EQ(slot->placement.record, i % 2 == 0 ? i : 0);
  }
}

TEST(PendingTableTest, ForgetsEverythingWhenCleared) {
  PendingTable table;
  for (uint64_t i = 0; i < 100; ++i) table.place(table.claim(digest(i)), {});
  table.clear();
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.placed(), 0u);
  EXPECT_EQ(table.find(digest(1)), nullptr);
}

TEST(PendingTableTest, KeepsDigestsApartThatStartInTheSameSlot) {
  PendingTable table;
  Digest a;
  Digest b;
  b.bytes[31] = 1;
  table.place(table.claim(a), {1, 2, 3});
  EXPECT_EQ(table.find(b), nullptr);
  table.place(table.claim(b), {4, 5, 6});
  EXPECT_EQ(table.find(a)->placement.record, 2u);
  EXPECT_EQ(table.find(b)->placement.record, 5u);
}

}  // namespace
}  // namespace penstock
