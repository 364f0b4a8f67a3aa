// SPDX-License-Identifier: Apache-2.0
#include "pipeline/memory_plan.h"

#include <gtest/gtest.h>

#include <string>

#include "drivers/software/software_device.h"
#include "unit/pipeline/disguised_device.h"

namespace penstock {
namespace {

constexpr CodecSpec kCodec{CodecId::zstd, 1};

Result<MemoryPlan> plan(unsigned threads, unsigned batches, bool cross) {
  return plan_memory(threads, batches, kCodec, cross, *make_software_device({}));
}

TEST(MemoryPlanTest, StaysWithinTheBudgetWhateverIsAskedFor) {
  for (const bool cross : {false, true}) {
    for (const unsigned batches : {1u, 4u}) {
      const auto made = plan(1000, batches, cross);
      ASSERT_TRUE(made);
      EXPECT_LE(made->total_bytes(), MemoryPlan::kBudgetBytes);
      EXPECT_GE(made->lanes, 4u);
    }
  }
}

TEST(MemoryPlanTest, HasABufferMoreABatchForADevicesCheckAndForItsLoss) {
  const auto plain = plan(2, 4, false);
  const auto cross = plan(2, 4, true);
  ASSERT_TRUE(plain && cross);
  ASSERT_EQ(cross->lanes, 2u);
  EXPECT_EQ(cross->input_buffers, plain->input_buffers);
  EXPECT_EQ(cross->frame_buffers, plain->frame_buffers + 2 * 2 * 4);
}

TEST(MemoryPlanTest, LosesNoBuffersToADeviceThatWorksInTheLane) {
  const auto made = plan(3, 1, false);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->jobs_lost, 0u);
  EXPECT_EQ(made->input_buffers, 3u + 2u);
}

TEST(MemoryPlanTest, BoundsWhatQueuePairsOfDevicesTake) {
  Disguise disguise;
  DisguisedDevice device(disguise);
  const auto two = plan_memory(2, 4, kCodec, false, device);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->device_bytes, 0u);
  disguise.memory_needed = 300 << 20;  // of each queue pair
  const auto fewer = plan_memory(1000, 4, kCodec, false, device);
  ASSERT_TRUE(fewer);
  EXPECT_EQ(fewer->lanes, 3u);
  EXPECT_EQ(fewer->device_bytes, size_t{900} << 20);
  disguise.memory_needed = MemoryPlan::kDeviceBudgetBytes + 1;
  const auto none = plan_memory(2, 4, kCodec, false, device);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message().find("--device"), std::string::npos);
}

}  // namespace
}  // namespace penstock
