// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace penstock {
namespace {

TEST(ErrorTest, SaysWhatWhyAndWhatToDo) {
  EXPECT_EQ((Error{Errc::failed, "disk", "is full", "free some space"}.message()),
            "disk: is full (free some space)");
  EXPECT_EQ((Error{Errc::failed, "disk", "is full", ""}.message()), "disk: is full");
  EXPECT_EQ((Error{Errc::failed, "disk", "", ""}.message()), "disk");
  EXPECT_EQ((Error{Errc::failed, "", "is full", ""}.message()), "is full");
}

TEST(ErrorTest, KeepsTheExitCodesOfTheCommandLine) {
  EXPECT_EQ(static_cast<int>(Errc::failed), 1);
  EXPECT_EQ(static_cast<int>(Errc::usage), 2);
  EXPECT_EQ(static_cast<int>(Errc::corrupt), 3);
  EXPECT_EQ(static_cast<int>(Errc::locked), 4);
  EXPECT_EQ(static_cast<int>(Errc::absent), 5);
  EXPECT_EQ(static_cast<int>(Errc::partial), 6);
}

TEST(ErrorTest, NamesErrnoInWords) {
  EXPECT_EQ(errno_text(ENOSPC), "No space left on device");
  EXPECT_EQ(errno_text(EIO), "Input/output error");
}

}  // namespace
}  // namespace penstock
