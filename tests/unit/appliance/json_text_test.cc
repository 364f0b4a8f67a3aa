// SPDX-License-Identifier: Apache-2.0
#include "appliance/json_text.h"

#include <gtest/gtest.h>

#include "unit/appliance/captured_console.h"

namespace penstock {
namespace {

TEST(JsonTextTest, KeepsAllBytesOfANameThatIsNotUtf8BesideIt) {
  Json object;
  set_text(object, "name", "a\xff");
  CapturedConsole captured;
  print_json(captured.console(), object);
  const Json read = Json::parse(captured.output());
  EXPECT_EQ(read["name"], "a\uFFFD");
  EXPECT_EQ(read["name_bytes"], "61ff");
}

TEST(JsonTextTest, AddsNothingToANameThatIsUtf8) {
  Json object;
  set_text(object, "name", "line\nbreak ü");
  EXPECT_EQ(object["name"], "line\nbreak ü");
  EXPECT_FALSE(object.contains("name_bytes"));
}

TEST(JsonTextTest, PrintsStringsThatAreNotUtf8WithoutThrowing) {
  CapturedConsole captured;
  print_json(captured.console(), Json("\xc3\x28"));
  EXPECT_EQ(Json::parse(captured.output()), "\uFFFD(");
}

TEST(JsonTextTest, PrintsAnArrayElementByElement) {
  CapturedConsole captured;
  JsonArray array(captured.console());
  array.add({{"a", 1}});
  array.add({{"b", "\xff"}});
  array.finish();
  const Json read = Json::parse(captured.output());
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0]["a"], 1);
}

TEST(JsonTextTest, PrintsAnEmptyArray) {
  CapturedConsole captured;
  JsonArray(captured.console()).finish();
  EXPECT_EQ(Json::parse(captured.output()), Json::array());
}

}  // namespace
}  // namespace penstock
