// SPDX-License-Identifier: Apache-2.0
#include "quic/kept_bytes.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace penstock {
namespace {

TEST(KeptBytesTest, GivesBytesInTheirOrderAndItsMemoryFollowsWhatItHolds) {
  KeptBytes kept;
  std::mt19937 random(1);
  uint8_t next_in = 0;
  uint8_t next_out = 0;
  size_t capacity_max = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<uint8_t> more(random() % 2000);
    // Never empty for long: what comes and goes is a hundred times what is held.
    if (kept.size() < 50'000) {
      for (uint8_t& byte : more) byte = next_in++;
      kept.add(more);
    }
    const size_t count = std::min<size_t>(kept.size() - std::min<size_t>(kept.size(), 1), random() % 2000);
    for (size_t i = 0; i < count; ++i) ASSERT_EQ(kept.bytes()[i], next_out++);
    kept.take(count);
    capacity_max = std::max(capacity_max, kept.capacity());
  }
  EXPECT_LT(capacity_max, 300'000U);
  kept.take(kept.size());
  EXPECT_TRUE(kept.empty());
  EXPECT_EQ(kept.capacity(), 0U);
}

}  // namespace
}  // namespace penstock
