// SPDX-License-Identifier: Apache-2.0
#include "appliance/past_time.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

constexpr int64_t kNow = 1'800'000'000;

TEST(PastTimeTest, TakesMomentsDaysAndHowLongAgo) {
  EXPECT_EQ(parse_past_time("--since", "1970-01-02T00:00:01Z", kNow), 86401);
  EXPECT_EQ(parse_past_time("--since", "1970-01-02", kNow), 86400);
  EXPECT_EQ(parse_past_time("--since", "0d", kNow), kNow);
  EXPECT_EQ(parse_past_time("--since", "2d", kNow), kNow - 172800);
  EXPECT_EQ(parse_past_time("--since", "3h", kNow), kNow - 10800);
  EXPECT_EQ(parse_past_time("--since", "90m", kNow), kNow - 5400);
  EXPECT_EQ(parse_past_time("--since", "2w", kNow), kNow - 14 * 86400);
  EXPECT_EQ(parse_past_time("--since", "1y", kNow), kNow - 365 * 86400);
  EXPECT_EQ(parse_past_time("--since", "1970-01-02 00:01", kNow), 86460);
  EXPECT_EQ(parse_past_time("--since", "1970-01-02 00:01:02", kNow), 86462);
  EXPECT_EQ(parse_past_time("--since", "today", 10 * 86400 + 5), 10 * 86400);
  EXPECT_EQ(parse_past_time("--since", "yesterday", 10 * 86400 + 5), 9 * 86400);
}

TEST(PastTimeTest, RefusesAllElse) {
  for (const char* text :
       {"", "d", "7", "7s", "-1d", "1.5h", "7d ", " 7d", "99999999999999999999d", "1000000001d", "2026-02-30",
        "2026-11-21T25:00:00Z", "tomorrow", "2026-11-21T12:00:00", "2026-11-21 12", "2026-11-21 12:00Z",
        "2026-11-21  12:00"}) {
    const auto time = parse_past_time("--since", text, kNow);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().code, Errc::usage) << text;
    EXPECT_EQ(time.error().what, "--since") << text;
  }
}

}  // namespace
}  // namespace penstock
