// SPDX-License-Identifier: Apache-2.0
#include "pipeline/memory_plan.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

constexpr CodecSpec kCodec{CodecId::zstd, 1};

TEST(MemoryPlanTest, StaysWithinTheBudgetWhateverIsAskedFor) {
  for (const bool cross : {false, true}) {
    for (const unsigned batches : {1u, 4u}) {
      const auto plan = plan_memory(1000, batches, kCodec, cross);
      ASSERT_TRUE(plan);
      EXPECT_LE(plan->total_bytes(), MemoryPlan::kBudgetBytes);
      EXPECT_GE(plan->lanes, 4u);
    }
  }
}

TEST(MemoryPlanTest, HasABufferMoreABatchForADevicesCheckAndForItsLoss) {
  const auto plain = plan_memory(2, 4, kCodec, false);
  const auto cross = plan_memory(2, 4, kCodec, true);
  ASSERT_TRUE(plain && cross);
  ASSERT_EQ(cross->lanes, 2u);
  EXPECT_EQ(cross->input_buffers, plain->input_buffers);
  EXPECT_EQ(cross->frame_buffers, plain->frame_buffers + 2 * 2 * 4);
}

TEST(MemoryPlanTest, LosesNoBuffersToADeviceThatWorksInTheLane) {
  const auto plan = plan_memory(3, 1, kCodec, false);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->jobs_lost, 0u);
  EXPECT_EQ(plan->input_buffers, 3u + 2u);
}

}  // namespace
}  // namespace penstock
