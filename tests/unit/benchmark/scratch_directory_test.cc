// SPDX-License-Identifier: Apache-2.0
#include "benchmark/scratch_directory.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

TEST(ScratchDirectoryTest, GoesWithItsOwnerAndAllThatIsInIt) {
  const TemporaryDirectory place;
  {
    const auto scratch = ScratchDirectory::create(place.path());
    ASSERT_TRUE(scratch.has_value());
    fs::create_directories((*scratch)->path("a/b"));
    std::ofstream((*scratch)->path("a/b/file")) << "content";
    EXPECT_FALSE(fs::is_empty(place.path()));
  }
  EXPECT_TRUE(fs::is_empty(place.path()));
}

TEST(ScratchDirectoryTest, LeavesNoProcessBehind) {
  const TemporaryDirectory place;
  ASSERT_TRUE(ScratchDirectory::create(place.path()).has_value());
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ScratchDirectoryTest, RemovesOneNameAtOnce) {
  const TemporaryDirectory place;
  const auto scratch = ScratchDirectory::create(place.path());
  ASSERT_TRUE(scratch.has_value());
  fs::create_directories((*scratch)->path("a/b"));
  fs::create_directories((*scratch)->path("c"));
  EXPECT_TRUE((*scratch)->remove("a").has_value());
  EXPECT_FALSE(fs::exists((*scratch)->path("a")));
  EXPECT_TRUE(fs::exists((*scratch)->path("c")));
}

TEST(ScratchDirectoryTest, TellsThatThereIsNoRoom) {
  const TemporaryDirectory place;
  const auto scratch = ScratchDirectory::create(place.path());
  ASSERT_TRUE(scratch.has_value());
  EXPECT_TRUE((*scratch)->require_room(1).has_value());
  const Status room = (*scratch)->require_room(uint64_t{1} << 62);
  ASSERT_FALSE(room.has_value());
  EXPECT_EQ(room.error().code, Errc::failed);
  EXPECT_EQ(room.error().what, place.path());
  EXPECT_NE(room.error().remedy.find("--dir"), std::string::npos);
}

TEST(ScratchDirectoryTest, RefusesAParentThatIsNotThere) {
  const auto scratch = ScratchDirectory::create("/nowhere/at/all");
  ASSERT_FALSE(scratch.has_value());
  EXPECT_EQ(scratch.error().code, Errc::failed);
}

}  // namespace
}  // namespace penstock
