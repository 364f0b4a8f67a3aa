// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/restore_preview.h"
#include "pipeline/restore_selection.h"
#include "unit/pipeline/restore_site.h"

namespace penstock {
namespace {

// A tree that was put without what is mounted in it, and is restored over itself.
class MountPointTest : public RestoreSite {
 protected:
  // Calls `test` where a file system of its own, with entries that no commit has, is mounted as back/data.
  // False: this process may not mount.
  bool with_mount(const std::function<void()>& test) {
    std::filesystem::create_directories(back_ / "data");
    std::ofstream(back_ / "other") << "other";
    bool mounted = false;
    std::thread apart([&] {  // in a namespace of its own, which ends with it
      const std::string data = back_ / "data";
      mounted = unshare(CLONE_NEWNS) == 0 && mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                mount("none", data.c_str(), "tmpfs", 0, "mode=0711") == 0;
      if (!mounted) return;
      std::filesystem::create_directories(back_ / "data/photos");
      std::ofstream(back_ / "data/photos/one") << "one";
      std::ofstream(back_ / "data/top") << "top";
      test();
    });
    apart.join();
    return mounted;
  }

  bool all_is_there() { return !absent(back_ / "data/photos/one") && !absent(back_ / "data/top"); }
};

TEST_F(MountPointTest, NothingIsRemovedFromIt) {
  put(made_directory(
      "top", {made_directory("data", {made_directory("photos", {})}, 0750), made_file("file", {'f'})}));
  options_.overwrite = Overwrite::if_changed;
  options_.remove_others = true;
  std::vector<std::string> removed;
  options_.removed = [&](const std::string& path) { removed.push_back(path); };
  const bool mounted = with_mount([&] {
    restore();
    EXPECT_TRUE(all_is_there());
    EXPECT_EQ(status(back_ / "data").st_mode & 07777, 0711u) << "its own metadata is not the commit's";
    EXPECT_TRUE(absent(back_ / "other"));
    EXPECT_EQ(content(back_ / "file"), std::vector<uint8_t>{'f'});
  });
  if (!mounted) GTEST_SKIP() << "may not mount";
  EXPECT_EQ(removed, std::vector<std::string>{"other"});
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_NE(reported_[0].message().find("data: directory: is another file system"), std::string::npos)
      << reported_[0].message();
  EXPECT_EQ(entries_beside_the_target(), 2u);
}

TEST_F(MountPointTest, WhatBelongsOnItIsAnError) {
  put(made_directory("top", {made_directory("data", {made_file("new", {'n'})})}));
  options_.overwrite = Overwrite::always;
  options_.remove_others = true;
  const bool mounted = with_mount([&] {
    const auto report = restore_tree(*store_, tree_, tree_.top, "", back_, options_, refused_);
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().message().find("is another file system"), std::string::npos)
        << report.error().message();
    EXPECT_TRUE(all_is_there());
    EXPECT_FALSE(absent(back_ / "other"));
    EXPECT_EQ(entries_beside_the_target(), 3u) << "what was restored is kept";

    const std::string data = back_ / "data";
    ASSERT_EQ(umount2(data.c_str(), MNT_DETACH), 0);
    restore();
    EXPECT_EQ(content(back_ / "data/new"), std::vector<uint8_t>{'n'});
    EXPECT_EQ(entries_beside_the_target(), 2u);
  });
  if (!mounted) GTEST_SKIP() << "may not mount";
}

TEST_F(MountPointTest, WhatCannotBeRemovedIsLeftAndTheRestGoes) {
  put(made_directory("top", {made_directory("fresh", {made_file("new", {'n'})}, 0751)}, 0750));
  options_.overwrite = Overwrite::if_changed;
  options_.remove_others = true;
  std::vector<std::string> removed;
  options_.removed = [&](const std::string& path) { removed.push_back(path); };
  TreeRestoreReport report;
  const bool mounted = with_mount([&] {
    report = restore();
    EXPECT_TRUE(all_is_there());
    EXPECT_EQ(status(back_ / "fresh").st_mode & 07777, 0751u);
    EXPECT_EQ(status(back_).st_mode & 07777, 0750u);
    EXPECT_EQ(entries_beside_the_target(), 2u) << "all that was restored is in its place";
  });
  if (!mounted) GTEST_SKIP() << "may not mount";
  EXPECT_EQ(removed, std::vector<std::string>{"other"});
  EXPECT_EQ(report.not_removed, 1u);
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_NE(reported_[0].message().find("data: not removed: another file system is mounted there"),
            std::string::npos)
      << reported_[0].message();
}

// The mount point is below a directory that the commit has not either: what is beside it goes.
TEST_F(MountPointTest, TheDirectoriesAboveWhatStaysStay) {
  put(made_directory("top", {made_file("file", {'f'})}));
  options_.overwrite = Overwrite::always;
  options_.remove_others = true;
  std::vector<std::string> told;
  RestorePreviewOptions options;
  options.overwrite = Overwrite::always;
  options.remove_others = true;
  options.told = [&](PreviewedChange change, const std::string& path) {
    told.push_back(std::to_string(static_cast<int>(change)) + path);
  };
  TreeRestoreReport report;
  const bool mounted = with_mount([&] {
    const std::filesystem::path deep = back_ / "a/b/mount";
    std::filesystem::create_directories(deep);
    std::ofstream(back_ / "a/b/one") << "one";
    std::filesystem::create_directories(back_ / "a/gone/with/all");
    ASSERT_EQ(mount("none", deep.c_str(), "tmpfs", 0, ""), 0);
    const auto source = store_->new_reader();
    RestoreSelection selection({}, {}, "");
    RestorePreview preview(*source, selection, options);
    EXPECT_TRUE(preview.look(tree_.top, back_));
    report = restore();
    EXPECT_FALSE(absent(deep));
    EXPECT_TRUE(absent(back_ / "a/b/one"));
    EXPECT_TRUE(absent(back_ / "a/gone"));
  });
  if (!mounted) GTEST_SKIP() << "may not mount";
  EXPECT_EQ(report.not_removed, 2u);
  EXPECT_EQ(told,
            (std::vector<std::string>{"0file", "3a/b/mount", "4a/b/one", "4a/gone", "3data", "4other"}));
}

TEST_F(MountPointTest, APreviewRemovesNothingFromItEither) {
  put(made_directory("top", {made_directory("data", {made_directory("photos", {})})}));
  std::vector<std::string> removed;
  RestorePreviewOptions options;
  options.overwrite = Overwrite::if_changed;
  options.remove_others = true;
  options.told = [&](PreviewedChange change, const std::string& path) {
    if (change == PreviewedChange::removed) removed.push_back(path);
  };
  const bool mounted = with_mount([&] {
    const auto source = store_->new_reader();
    RestoreSelection selection({}, {}, "");
    RestorePreview preview(*source, selection, options);
    EXPECT_TRUE(preview.look(tree_.top, back_));
  });
  if (!mounted) GTEST_SKIP() << "may not mount";
  EXPECT_EQ(removed, std::vector<std::string>{"other"});
}

}  // namespace
}  // namespace penstock
