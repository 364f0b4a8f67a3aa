// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(CheckDeathTest, SaysWhatDoesNotHoldAndWhere) {
  const int two = 2;
  EXPECT_DEATH(PENSTOCK_CHECK(two == 3), "internal error: two == 3 does not hold at .*check_test.cc:");
}

TEST(CheckTest, LooksAtTheConditionOnce) {
  int looks = 0;
  PENSTOCK_CHECK(++looks > 0);
  EXPECT_EQ(looks, 1);
}

}  // namespace
}  // namespace penstock
