// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include "pipeline/restore_stage.h"
#include "pipeline/stage_directory.h"
#include "pipeline/stage_mark.h"
#include "unit/pipeline/restore_site.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

class TreeResumeTest : public RestoreSite {
 protected:
  // Where what is restored will be made, as a restore that was killed leaves it.
  fs::path stage_content() {
    const bool over = options_.overwrite != Overwrite::refuse;
    auto stage = RestoreStage::create(back_, true, over, restore_key(tree_, tree_.top, "", options_));
    EXPECT_TRUE(stage) << stage.error().message();
    const fs::path path = stage->path();
    stage->keep();
    return path / RestoreStage::kContent;
  }

  // The same of one of which all is in its place.
  fs::path stage_content_of_empty_target() {
    fs::rename(back_, directory_ / "aside");
    const fs::path stage = stage_content().parent_path();
    fs::rename(directory_ / "aside", back_);
    return stage;
  }

  std::string identity_of_target() {
    const Descriptor target(open(back_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return RestoreStage::identity(target.number());
  }

  static void change_mark(const fs::path& stage, const std::function<void(StageMark&)>& change) {
    std::ifstream file(stage / "boot");
    std::ostringstream text;
    text << file.rdbuf();
    auto mark = StageMark::parse(text.str());
    ASSERT_TRUE(mark) << text.str();
    change(*mark);
    std::ofstream(stage / "boot") << mark->text();
  }

  static void write(const fs::path& path, const std::string& text, FileTime time) {
    std::ofstream(path) << text;
    const timespec times[2] = {{0, UTIME_OMIT}, {time.seconds, static_cast<long>(time.nanoseconds)}};
    EXPECT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
};

TEST_F(TreeResumeTest, AStageIsFoundAgainByItsKeyAlone) {
  const std::string target = back_;
  std::string path;
  {
    auto stage = RestoreStage::create(target, true, false, "key");
    ASSERT_TRUE(stage) << stage.error().message();
    EXPECT_FALSE(stage->resumed());
    path = stage->path();
    std::ofstream(path + "/content/a") << "a";
    const auto second = RestoreStage::create(target, true, false, "key");
    ASSERT_FALSE(second) << "two restores in one stage";
    stage->keep();
  }
  {
    auto other = RestoreStage::create(target, true, false, "another key");
    ASSERT_TRUE(other);
    EXPECT_FALSE(other->resumed());
  }
  {
    auto again = RestoreStage::create(target, true, false, "key");
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->resumed());
    EXPECT_EQ(again->path(), path);
    EXPECT_TRUE(fs::exists(path + "/content/a"));
    again->keep();
  }
  // What was written before the machine was started may not have reached the disk.
  change_mark(path, [](StageMark& mark) { mark.boot = "another start"; });
  {
    auto later = RestoreStage::create(target, true, false, "key");
    ASSERT_TRUE(later);
    EXPECT_FALSE(later->resumed());
    EXPECT_FALSE(fs::exists(path + "/content/a"));
  }
  EXPECT_EQ(entries_beside_the_target(), 1u);
}

TEST_F(TreeResumeTest, AStageThatOthersCouldWriteToIsNotUsed) {
  std::string path;
  {
    auto stage = RestoreStage::create(back_, true, false, "key");
    ASSERT_TRUE(stage);
    path = stage->path();
    stage->keep();
  }
  ASSERT_EQ(chmod(path.c_str(), 0777), 0);
  auto again = RestoreStage::create(back_, true, false, "key");
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->resumed());
  EXPECT_NE(again->path(), path);
  fs::remove_all(path);
}

TEST_F(TreeResumeTest, AStageUnderTheNameOfAnotherIsNotGoneOnWith) {
  std::string path;
  {
    auto stage = RestoreStage::create(back_, true, false, "key");
    ASSERT_TRUE(stage);
    path = stage->path();
    std::ofstream(path + "/content/a") << "a";
    stage->keep();
  }
  change_mark(path, [](StageMark& mark) { mark.key.back() = mark.key.back() == '0' ? '1' : '0'; });
  {
    auto again = RestoreStage::create(back_, true, false, "key");
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->resumed());
    EXPECT_NE(again->path(), path);
  }
  EXPECT_FALSE(absent(path + "/content/a"));
}

TEST_F(TreeResumeTest, AStageThatWasFoundIsThereAfterAnyError) {
  std::string path;
  for (const bool found : {false, true}) {
    auto stage = RestoreStage::create(back_, true, false, "key");
    ASSERT_TRUE(stage);
    EXPECT_EQ(stage->resumed(), found);
    path = stage->path();
    std::ofstream(path + "/content/a") << "a";
    if (!found) stage->keep();
  }
  EXPECT_FALSE(absent(path + "/content/a"));
}

// A service has a view of its own each time it starts. A mount that is another in the same view is of another
// file system, or of one that was mounted anew: what was being written may be lost, but all the rest is not.
TEST_F(TreeResumeTest, AnotherNamespaceGoesOnAndAnotherMountLeavesItAlone) {
  std::string path;
  {
    auto stage = RestoreStage::create(back_, true, false, "key");
    ASSERT_TRUE(stage);
    path = stage->path();
    std::ofstream(path + "/content/a") << "a";
    stage->keep();
  }
  bool apart = false;
  std::thread([&] {
    apart = unshare(CLONE_NEWNS) == 0;
    const auto stage = RestoreStage::create(back_, true, false, "key");
    EXPECT_TRUE(stage && stage->resumed());
  }).join();
  if (!apart) std::cout << "without another namespace\n";
  change_mark(path, [](StageMark& mark) { mark.view = "0" + mark.view; });
  EXPECT_TRUE(RestoreStage::create(back_, true, false, "key")->resumed());
  for (const bool place : {false, true}) {
    change_mark(path, [&](StageMark& mark) {
      if (!place) mark.view = mark.view.substr(1) + "0";
      if (place) mark.place += "0";
    });
    auto stage = RestoreStage::create(back_, true, false, "key");
    ASSERT_TRUE(stage);
    EXPECT_FALSE(stage->resumed());
    EXPECT_NE(stage->path(), path);
    EXPECT_FALSE(absent(path + "/content/a"));
    ASSERT_EQ(stage->others().size(), 1u);
    EXPECT_NE(stage->others()[0].find("by another mount"), std::string::npos) << stage->others()[0];
    if (!place) change_mark(path, [](StageMark& mark) { mark.view = "0 0"; });
  }
}

TEST_F(TreeResumeTest, OfAMoveBeforeTheMachineWasStartedAgainIsSaidWhatToDo) {
  put(made_directory("top", {made_file("a", {'a'}), made_file("b", {'b'})}, 0751));
  fs::create_directory(back_);
  const fs::path stage = stage_content().parent_path();
  std::ofstream(stage / "moving") << identity_of_target() + '\0';
  std::ofstream(back_ / "a") << "torn";
  change_mark(stage, [](StageMark& mark) { mark.boot = "another start"; });
  for (int times = 0; times < 2; ++times) {
    const auto report = restore_tree(*store_, tree_, tree_.top, "", back_, options_, refused_);
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().message().find("--overwrite if-changed"), std::string::npos)
        << report.error().message();
  }
  options_.overwrite = Overwrite::if_changed;
  std::vector<std::string> notes;
  options_.note = [&](const std::string& text) { notes.push_back(text); };
  restore();
  EXPECT_EQ(this->content(back_ / "a"), std::vector<uint8_t>{'a'});
  ASSERT_EQ(notes.size(), 1u) << "of the stage of other options";
  EXPECT_NE(notes[0].find(stage.filename().string() + ", to " + back_.string()), std::string::npos)
      << notes[0];
}

// As a restore is killed in the very removal of its stage: the marks go last.
TEST_F(TreeResumeTest, AStageThatWasAlmostRemovedIsGoneOnWith) {
  put(made_directory("top", {made_file("a", {'a'})}, 0751));
  restore();
  const fs::path stage = stage_content_of_empty_target();
  std::ofstream(stage / "moving") << identity_of_target() + '\0';
  fs::remove_all(stage / "content");
  EXPECT_EQ(restore().kept, 1u);
  EXPECT_TRUE(absent(stage));
}

TEST_F(TreeResumeTest, ARelativePathHasOneStageBeforeItIsThereAndAfter) {
  const fs::path before = fs::current_path();
  fs::current_path(directory_);
  const auto stage_name = [](const std::string& path) {
    const auto stage = RestoreStage::create(path, true, true, "key");
    return stage ? fs::path(stage->path()).filename().string() : stage.error().message();
  };
  fs::create_directory_symlink(directory_, directory_ / "link");
  const std::string absent_yet = stage_name("relative");
  EXPECT_EQ(stage_name("link/relative"), absent_yet);
  fs::create_directory("relative");
  EXPECT_EQ(stage_name("relative"), absent_yet);
  EXPECT_EQ(stage_name("./relative/"), absent_yet);
  EXPECT_EQ(stage_name("link/relative"), absent_yet);
  EXPECT_EQ(stage_name(directory_ / "relative"), absent_yet);
  fs::current_path(before);
}

TEST_F(TreeResumeTest, ADirectoryThatIsNoStageIsNotEmptied) {
  std::string path;
  {
    auto stage = RestoreStage::create(back_, true, false, "key");
    ASSERT_TRUE(stage);
    path = stage->path();
  }
  ASSERT_TRUE(absent(path));
  // Somebody gave the name to what is not theirs.
  for (const char* name : {"precious", "lock", "content"}) {
    fs::create_directories(path);
    ASSERT_EQ(chmod(path.c_str(), 0700), 0);
    std::ofstream(path + "/" + name) << name;
    std::ofstream(path + "/other") << "other";
    {
      auto stage = RestoreStage::create(back_, true, false, "key");
      ASSERT_TRUE(stage) << stage.error().message();
      EXPECT_NE(stage->path(), path);
      EXPECT_FALSE(stage->resumed());
    }
    EXPECT_FALSE(absent(path + "/" + name));
    EXPECT_FALSE(absent(path + "/other"));
    fs::remove_all(path);
  }
}

TEST_F(TreeResumeTest, ALockIsHeldThroughAFileThatIsOpenForWriting) {
  auto stage = RestoreStage::create(back_, true, false, "key");
  ASSERT_TRUE(stage);
  const Descriptor lock(open((stage->path() + "/lock").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_GE(lock.number(), 0);
  EXPECT_NE(flock(lock.number(), LOCK_EX | LOCK_NB), 0);
  EXPECT_EQ(errno, EWOULDBLOCK);
}

TEST_F(TreeResumeTest, WhatFailsOnceMoreLosesNothing) {
  const FileTime time{1'500'000'000, 5};
  put(made_directory("top", {made_file("more", {'m'}), made_file("whole", {'o', 'l', 'd'})}));
  options_.choices = "as the stage's";
  const fs::path content = stage_content();
  write(content / "whole", "OLD", time);
  // An end before a byte was written.
  options_.restore.bytes_max = 0;
  const auto refused = restore_tree(*store_, tree_, tree_.top, "", back_, options_, refused_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("goes on"), std::string::npos) << refused.error().message();
  EXPECT_TRUE(fs::exists(content / "whole"));
  options_.restore.bytes_max = UINT64_MAX;
  // Somebody else's file is in the way.
  fs::create_directory(back_);
  std::ofstream(back_ / "mine") << "mine";
  ASSERT_FALSE(restore_tree(*store_, tree_, tree_.top, "", back_, options_, refused_));
  EXPECT_TRUE(fs::exists(content / "whole"));
  fs::remove_all(back_);
  EXPECT_EQ(restore().resumed, 1u);
}

// A stage with another name is not found again: where what is in it could not be moved it is named.
TEST_F(TreeResumeTest, WhatCannotBeGoneOnWithIsNamed) {
  put(made_directory("top", {made_file("a", {'a'})}));
  ASSERT_EQ(chmod(stage_content().parent_path().c_str(), 0777), 0);  // its name is not to be had
  options_.note = [&](const std::string&) { std::ofstream(back_) << "somebody else's"; };
  const auto failed = restore_tree(*store_, tree_, tree_.top, "", back_, options_, refused_);
  ASSERT_FALSE(failed);
  const std::string message = failed.error().message();
  const size_t at = message.find(" is in ");
  ASSERT_NE(at, std::string::npos) << message;
  const size_t name = message.find(".penstock-partial-");
  ASSERT_NE(name, std::string::npos) << message;
  const std::string there = message.substr(name, message.find("/content", name) - name);
  EXPECT_EQ(content(directory_ / there / "content/a"), std::vector<uint8_t>{'a'});
}

TEST_F(TreeResumeTest, GoesOnWithWholeFilesAlone) {
  const FileTime time{1'500'000'000, 5};
  put(made_directory("top", {made_file("half", {'h', 'a', 'l', 'f'}), made_file("same", {'n', 'e', 'w'}),
                             made_file("short", {'l', 'o', 'n', 'g'}), made_file("whole", {'o', 'l', 'd'}),
                             made_link("wlink", made_file("whole", {'o', 'l', 'd'}), "top/whole"),
                             made_directory("shut", {made_file("in", {'i', 'n'})}, 0555),
                             made_directory("was-file", {}), made_file("was-directory", {'f'})}));
  options_.choices = "as the stage's";
  const fs::path content = stage_content();
  // By what it was filled with one sees what was believed: 'whole' is.
  write(content / "whole", "OLD", time);
  write(content / "short", "lon", time);
  std::ofstream(content / "half") << "HALF";
  std::ofstream(content / "same") << "NEW";
  fs::create_directories(content / "shut");
  write(content / "shut/in", "IN", time);
  fs::create_hard_link(content / "half", content / "wlink");
  fs::permissions(content / "shut", fs::perms(0555));
  std::ofstream(content / "was-file") << "x";
  fs::create_directory(content / "was-directory");
  std::ofstream(content / "was-directory/in") << "x";
  const TreeRestoreReport report = restore();
  EXPECT_EQ(report.resumed, 2u);
  EXPECT_EQ(report.restored.files, 6u);
  const auto text = [this](const char* name) {
    const auto bytes = this->content(back_ / name);
    return std::string(bytes.begin(), bytes.end());
  };
  EXPECT_EQ(text("whole"), "OLD");
  EXPECT_EQ(text("shut/in"), "IN");
  EXPECT_EQ(text("wlink"), "OLD");
  EXPECT_EQ(text("half"), "half");
  EXPECT_EQ(text("same"), "new");
  EXPECT_EQ(text("short"), "long");
  EXPECT_EQ(text("was-directory"), "f");
  EXPECT_TRUE(fs::is_directory(back_ / "was-file"));
  EXPECT_EQ(status(back_ / "shut").st_mode & 07777, 0555u);
  EXPECT_EQ(entries_beside_the_target(), 2u);
}

TEST_F(TreeResumeTest, AMergeThatWasInterruptedEndsByTheSameRule) {
  put(made_directory("top", {made_directory("new", {made_file("a", {'a'})}, 0751),
                             made_directory("stood", {made_file("b", {'b'})}, 0751)}));
  options_.overwrite = Overwrite::never;
  fs::create_directories(back_ / "stood");
  fs::permissions(back_ / "stood", fs::perms(0710));
  fs::create_directories(back_ / "mine");
  const fs::path content = stage_content();
  // As if it had been killed behind the first rename.
  std::ofstream(content.parent_path() / "moving") << identity_of_target() + '\0' + "new" + '\0';
  fs::create_directory(back_ / "new");
  fs::permissions(back_ / "new", fs::perms(0700));
  write(back_ / "new/a", "a", {1'500'000'000, 5});
  const TreeRestoreReport report = restore();
  EXPECT_EQ(report.kept, 1u);
  EXPECT_EQ(status(back_ / "new").st_mode & 07777, 0751u);
  EXPECT_EQ(status(back_ / "stood").st_mode & 07777, 0710u);
  EXPECT_FALSE(absent(back_ / "stood/b"));
  EXPECT_FALSE(absent(back_ / "mine"));
}

TEST_F(TreeResumeTest, ADirectoryThatCameInPlaceOfWhatWasMovedIsNotMergedInto) {
  put(made_directory("top", {made_directory("private", {made_file("a", {'a'})}), made_file("b", {'b'})},
                     0700));
  fs::create_directory(back_);
  const fs::path content = stage_content();
  std::ofstream(content.parent_path() / "moving") << identity_of_target() + '\0';
  fs::rename(back_, directory_ / "moved-away");
  fs::create_directories(back_ / "private");
  ASSERT_EQ(chmod(back_.c_str(), 0751), 0);
  std::ofstream(back_ / "private/a") << "theirs";
  const auto report = restore_tree(*store_, tree_, tree_.top, "", back_, options_, refused_);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message().find("is a directory that is not empty"), std::string::npos)
      << report.error().message();
  EXPECT_EQ(this->content(back_ / "private/a").size(), 6u);
  EXPECT_TRUE(absent(back_ / "b"));
  EXPECT_EQ(status(back_).st_mode & 07777, 0751u);
}

TEST_F(TreeResumeTest, AnEmptyDirectoryThatWasFilledInPartIsFilled) {
  put(made_directory("top", {made_file("a", {'a'}), made_file("b", {'b'})}, 0751));
  fs::create_directory(back_);
  const fs::path content = stage_content();
  std::ofstream(content.parent_path() / "moving") << identity_of_target() + '\0';
  write(back_ / "a", "A", {1'500'000'000, 5});
  restore();
  EXPECT_EQ(this->content(back_ / "a"), std::vector<uint8_t>{'A'});
  EXPECT_EQ(this->content(back_ / "b"), std::vector<uint8_t>{'b'});
  EXPECT_EQ(status(back_).st_mode & 07777, 0751u);
}

}  // namespace
}  // namespace penstock
