// SPDX-License-Identifier: Apache-2.0
#include "verify/verify_level.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(VerifyLevelTest, IsFullUnlessToldOtherwise) {
  EXPECT_EQ(verify_level_text(VerifyLevel{}), "full");
}

TEST(VerifyLevelTest, ReadsWhatItWrites) {
  for (const char* text : {"full", "cross", "payload", "sample:0.1", "sample:1", "sample:1e-09"}) {
    const auto level = parse_verify_level(text);
    ASSERT_TRUE(level) << text;
    EXPECT_EQ(verify_level_text(*level), text);
    EXPECT_EQ(parse_verify_level(verify_level_text(*level)).value(), *level);
  }
}

TEST(VerifyLevelTest, RefusesWhatDoesNotExist) {
  for (const char* text : {"", "none", "FULL", "full ", "sample", "sample:", "sample:0", "sample:-0.5",
                           "sample:1.01", "sample:nan", "sample:inf", "sample:0.5x", "sample: 0.5"}) {
    const auto level = parse_verify_level(text);
    ASSERT_FALSE(level) << text;
    EXPECT_EQ(level.error().code, Errc::usage) << text;
  }
}

}  // namespace
}  // namespace penstock
