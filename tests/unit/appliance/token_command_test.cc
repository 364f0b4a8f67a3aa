// SPDX-License-Identifier: Apache-2.0
#include "appliance/token_command.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

constexpr int64_t kNow = 1'000'000'000;  // 2001-09-09T01:46:40Z

TEST(TokenEndTest, TakesTimesDaysAndSpans) {
  EXPECT_EQ(parse_token_end("2001-09-09T01:46:41Z", kNow), kNow + 1);
  EXPECT_EQ(parse_token_end("2001-09-10", kNow), 1'000'080'000);
  EXPECT_EQ(parse_token_end("12h", kNow), kNow + 12 * 3600);
  EXPECT_EQ(parse_token_end("90d", kNow), kNow + 90 * 86400);
}

TEST(TokenEndTest, RefusesWhatIsNoTimeToCome) {
  for (const char* text :
       {"", "d", "h", "0d", "-1d", "+1d", "1", "1w", "1 d", "1dd", "99999999999999999999d", "999999999d",
        "2001-02-30", "2001-09-10T", "2001-09-09T01:46:40Z", "2001-09-09", "1999-01-01"}) {
    const auto end = parse_token_end(text, kNow);
    ASSERT_FALSE(end) << text;
    EXPECT_EQ(end.error().code, Errc::usage) << text;
  }
}

}  // namespace
}  // namespace penstock
