// SPDX-License-Identifier: Apache-2.0
#include "appliance/line_text.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock {
namespace {

TEST(LineTextTest, LeavesTextAsItIs) {
  EXPECT_EQ(line_text("it's a \"name\" – ünïcode \\ ok"), "it's a \"name\" – ünïcode \\ ok");
}

TEST(LineTextTest, KeepsALineBreakFromEndingTheLine) {
  EXPECT_EQ(line_text("a\nb\tc\rd"), "a\\nb\\tc\\rd");
}

TEST(LineTextTest, DisarmsWhatATerminalWouldObey) {
  EXPECT_EQ(line_text("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(line_text("\x7f"), "\\x7f");
  EXPECT_EQ(line_text("\xc2\x9b"
                      "2J"),
            "\\xc2\\x9b2J");  // U+009B, one character's CSI
  EXPECT_EQ(line_text(std::string(1, '\0')), "\\x00");
}

TEST(LineTextTest, PassesBytesThatAreNotUtf8) {
  EXPECT_EQ(line_text("a\xff\xc2"), "a\xff\xc2");
}

TEST(NameTextTest, TellsABackslashFromAnEscape) {
  EXPECT_EQ(name_text("a\\n"), "a\\\\n");
  EXPECT_EQ(name_text("a\n"), "a\\n");
}

}  // namespace
}  // namespace penstock
