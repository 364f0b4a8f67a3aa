// SPDX-License-Identifier: Apache-2.0
#include "appliance/byte_range_text.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(ByteRangeTextTest, TakesSizesWithSuffixes) {
  const auto range = parse_byte_range("1M:64K");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->offset, uint64_t{1} << 20);
  EXPECT_EQ(range->length, uint64_t{64} << 10);
}

TEST(ByteRangeTextTest, GoesToTheEndWithoutALength) {
  const auto range = parse_byte_range("10:");
  ASSERT_TRUE(range.has_value());
  const auto fitted = fit_byte_range(*range, 25, "file");
  ASSERT_TRUE(fitted.has_value());
  EXPECT_EQ(fitted->offset, 10u);
  EXPECT_EQ(fitted->length, 15u);
}

TEST(ByteRangeTextTest, RefusesWhatIsNoRange) {
  for (const char* text :
       {"", ":", ":5", "5", "a:b", "1:b", "-1:2", "1:-2", "1:2:3", "1 :2", "99999999999999999999:1"}) {
    const auto range = parse_byte_range(text);
    ASSERT_FALSE(range.has_value()) << text;
    EXPECT_EQ(range.error().code, Errc::usage) << text;
  }
}

TEST(ByteRangeTextTest, AcceptsTheLastByteAndTheEmptyRangeAtTheEnd) {
  EXPECT_TRUE(fit_byte_range({9, 1}, 10, "file").has_value());
  EXPECT_TRUE(fit_byte_range({10, 0}, 10, "file").has_value());
}

TEST(ByteRangeTextTest, RefusesARangePastTheEndAndNamesTheTrueSize) {
  for (const RangeRequest& range :
       {RangeRequest{9, 2}, RangeRequest{11, 0}, RangeRequest{1, UINT64_MAX}, RangeRequest{11, {}}}) {
    const auto fitted = fit_byte_range(range, 10, "file");
    ASSERT_FALSE(fitted.has_value());
    EXPECT_EQ(fitted.error().code, Errc::usage);
    EXPECT_NE(fitted.error().message().find("10 bytes"), std::string::npos) << fitted.error().message();
  }
}

}  // namespace
}  // namespace penstock
