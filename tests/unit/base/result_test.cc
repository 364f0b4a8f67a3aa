// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace penstock {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Errc::usage, std::to_string(number), "is odd", "double it");
  return number / 2;
}

Result<int> quarter(int number) {
  PENSTOCK_TRY_ASSIGN(const int once, half(number));
  PENSTOCK_TRY_ASSIGN(const int twice, half(once));
  return twice;
}

Status both_even(int a, int b) {
  PENSTOCK_TRY(half(a));
  if (a > 100) PENSTOCK_TRY(half(b));
  return {};
}

TEST(ResultTest, HoldsAValueOrTheErrorThatKeptItFromBeing) {
  EXPECT_EQ(half(8).value(), 4);
  const auto odd = half(7);
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().code, Errc::usage);
  EXPECT_EQ(odd.error().message(), "7: is odd (double it)");
}

TEST(ResultTest, HandsTheFirstErrorOn) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(7).error().what, "7");
  EXPECT_EQ(quarter(6).error().what, "3");
  EXPECT_TRUE(both_even(2, 3));
  EXPECT_TRUE(both_even(102, 2));
  EXPECT_EQ(both_even(102, 3).error().what, "3");
}

TEST(ResultTest, CarriesWhatCanOnlyBeMoved) {
  const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(5); };
  const auto use = [&]() -> Result<int> {
    PENSTOCK_TRY_ASSIGN(const std::unique_ptr<int> number, make());
    return *number;
  };
  EXPECT_EQ(use().value(), 5);
}

TEST(ResultTest, NamesTheErrnoThatASystemCallLeft) {
  errno = EACCES;
  const Status status = fail_errno("/root/secret");
  EXPECT_EQ(status.error().code, Errc::failed);
  EXPECT_EQ(status.error().message(),
            "/root/secret: Permission denied (check its owner and permissions, or run as a user who may)");
  const Status other = fail_errno("disk", ENOSPC, "free some space");
  EXPECT_EQ(other.error().message(), "disk: No space left on device (free some space)");
  EXPECT_EQ(fail_errno("disk", ENOSPC).value().remedy, "free some space in its file system");
  EXPECT_EQ(fail_errno("disk", ENOTTY).value().message(), "disk: Inappropriate ioctl for device");
}

}  // namespace
}  // namespace penstock
