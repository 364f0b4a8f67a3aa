// SPDX-License-Identifier: Apache-2.0
#include "pipeline/fusion_choice.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace penstock {
namespace {

constexpr uint64_t kBatch = kFrameBytesAim;

// Batches until the choice is `wanted`; 1000 if it never is.
int batches_until(FusionChoice& choice, bool wanted, uint64_t missing) {
  int batches = 0;
  while (choice.fused() != wanted && batches < 1000) {
    choice.saw(kBatch, missing);
    ++batches;
  }
  return batches;
}

TEST(FusionChoiceTest, BeginsWithTwoSteps) {
  EXPECT_FALSE(FusionChoice().fused());
}

TEST(FusionChoiceTest, FusesOnceNearlyAllIsMissing) {
  FusionChoice choice;
  const int batches = batches_until(choice, true, kBatch);
  EXPECT_GT(batches, 8);
  EXPECT_LT(batches, 24);
}

TEST(FusionChoiceTest, CountsABatchOfWhichAnythingIsPresentAsOfNoUse) {
  FusionChoice choice;
  EXPECT_EQ(batches_until(choice, true, kBatch - 1), 1000);
}

TEST(FusionChoiceTest, DoesNotSwayWithOneBatch) {
  FusionChoice choice;
  batches_until(choice, true, kBatch);
  for (int i = 0; i < 40; ++i) choice.saw(kBatch, kBatch);
  choice.saw(kBatch, 0);
  EXPECT_TRUE(choice.fused());
  const int to_split = batches_until(choice, false, 0);
  EXPECT_GE(to_split, 1);
  EXPECT_LT(to_split, 4);
  choice.saw(kBatch, kBatch);
  EXPECT_FALSE(choice.fused());
}

TEST(FusionChoiceTest, IsHardlyMovedBySmallBatches) {
  FusionChoice choice;
  batches_until(choice, true, kBatch);
  for (int i = 0; i < 100; ++i) choice.saw(100, 0);
  EXPECT_TRUE(choice.fused());
}

TEST(FusionChoiceTest, TakesABatchOfNothing) {
  FusionChoice choice;
  choice.saw(0, 0);
  EXPECT_FALSE(choice.fused());
}

}  // namespace
}  // namespace penstock
