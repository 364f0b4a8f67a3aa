// SPDX-License-Identifier: Apache-2.0
#include "benchmark/timing.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace penstock {
namespace {

Timing timing_of(std::initializer_list<uint64_t> runs) {
  Timing timing;
  for (const uint64_t run : runs) timing.add_run(run);
  return timing;
}

TEST(TimingTest, TakesTheMiddleOfAnOddNumberOfRuns) {
  EXPECT_EQ(timing_of({900, 5, 7}).median_ns(), 7);
}

TEST(TimingTest, TakesTheMeanOfTheTwoInTheMiddleOfAnEvenNumber) {
  EXPECT_EQ(timing_of({10, 1, 7, 4}).median_ns(), 5.5);
}

TEST(TimingTest, KnowsTheLeastAndMost) {
  const Timing timing = timing_of({10, 1, 7});
  EXPECT_EQ(timing.least_ns(), 1u);
  EXPECT_EQ(timing.most_ns(), 10u);
}

TEST(TimingTest, IsZeroWhereNothingRan) {
  EXPECT_EQ(Timing().median_ns(), 0);
  EXPECT_EQ(Timing().least_ns(), 0u);
  EXPECT_EQ(Timing().most_ns(), 0u);
}

}  // namespace
}  // namespace penstock
