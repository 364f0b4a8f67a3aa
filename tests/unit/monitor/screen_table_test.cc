// SPDX-License-Identifier: Apache-2.0
#include "monitor/screen_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

using testing::ElementsAre;

ScreenTable table() {
  ScreenTable made({{"NAME", 9, true}, {"some", 1}, {"other", 5}});
  made.add({"a", "1", "22"});
  made.add({"longer name", "333333", "4"});
  return made;
}

TEST(ScreenTableTest, AlignsItsColumns) {
  EXPECT_THAT(table().lines(80), ElementsAre("NAME           some  other",  //
                                             "a                 1     22",  //
                                             "longer name  333333      4"));
}

TEST(ScreenTableTest, LeavesOutWhatWeighsLeast) {
  EXPECT_EQ(table().lines(26).front(), "NAME           some  other");
  EXPECT_THAT(table().lines(25), ElementsAre("NAME         other",  //
                                             "a               22",  //
                                             "longer name      4"));
  EXPECT_THAT(table().lines(17), ElementsAre("NAME", "a", "longer name"));
}

TEST(ScreenTableTest, CutsWhatIsStillTooLong) {
  EXPECT_THAT(table().lines(6), ElementsAre("NAME", "a", "longer"));
  EXPECT_THAT(table().lines(0), ElementsAre("", "", ""));
}

}  // namespace
}  // namespace penstock
