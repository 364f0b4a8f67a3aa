// SPDX-License-Identifier: Apache-2.0
#include "benchmark/library_costs.h"

#include <gtest/gtest.h>

#include "benchmark/bench_report.h"

namespace penstock {
namespace {

// A thousand bytes, of which 900 are digested and 500 are unique: 1,000 + 2,500 + 500 ns.
const LibraryCosts kCosts{{900, 1000}, {500, 2500}, {500, 500}};

TEST(LibraryCostsTest, BoundTheSpeedByTheSumOfAllWorkOverTheCores) {
  EXPECT_DOUBLE_EQ(kCosts.bound(1000, 1), 1000 / 4000e-9);
  EXPECT_DOUBLE_EQ(kCosts.bound(1000, 2), 2000 / 4000e-9);
}

TEST(LibraryCostsTest, BoundNothingWhereNoLibraryWorks) {
  EXPECT_EQ(LibraryCosts().bound(1000, 2), 0);
}

TEST(LibraryCostsTest, GiveAPutItsShareAndItsScaling) {
  BenchReport report;
  report.sample.bytes = 1000;
  report.cores = 2;
  report.libraries = kCosts;
  report.pipeline.put.add_run(2500);
  report.pipeline.put_one_core.add_run(4500);
  EXPECT_DOUBLE_EQ(report.share_of_bound(), 2000.0 / 2500);
  EXPECT_DOUBLE_EQ(report.scaling(), 1.8);
}

TEST(LibraryCostsTest, GiveNoShareOfABoundThatIsNotThere) {
  EXPECT_EQ(BenchReport().share_of_bound(), 0);
  EXPECT_EQ(BenchReport().scaling(), 0);
}

}  // namespace
}  // namespace penstock
