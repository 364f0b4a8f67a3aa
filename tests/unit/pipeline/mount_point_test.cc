// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
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

TEST_F(MountPointTest, NothingIsTakenFromItMadeOnItOrGivenMetadata) {
  MadeEntry one = made_file("one", {'o', 'n', 'e'}, 0604);  // as one that stands there, but for the mode
  put(made_directory(
      "top", {made_directory("data", {made_directory("photos", {one}), made_file("new", {'n'})}, 0750),
              made_file("file", {'f'}), made_directory("z", {made_file("z", {'z'})}, 0751)}));
  for (const Overwrite overwrite : {Overwrite::if_changed, Overwrite::always}) {
    reported_.clear();
    options_.overwrite = overwrite;
    options_.remove_others = options_.verify = true;
    std::vector<std::string> removed;
    options_.removed = [&](const std::string& path) { removed.push_back(path); };
    TreeRestoreReport report;
    const bool mounted = with_mount([&] {
      const timespec times[2] = {{0, UTIME_OMIT}, {1'500'000'000, 5}};
      const std::filesystem::path standing = back_ / "data/photos/one";
      ASSERT_EQ(utimensat(AT_FDCWD, standing.c_str(), times, 0), 0);
      report = restore();
      EXPECT_TRUE(all_is_there());
      EXPECT_NE(status(standing).st_mode & 07777, 0604u);
      EXPECT_TRUE(absent(back_ / "data/new"));
      EXPECT_EQ(status(back_ / "data").st_mode & 07777, 0711u) << "its own metadata is not the commit's";
    });
    if (!mounted) GTEST_SKIP() << "may not mount";
    EXPECT_EQ(content(back_ / "file"), std::vector<uint8_t>{'f'}) << "all else is restored";
    EXPECT_EQ(status(back_ / "z").st_mode & 07777, 0751u);
    EXPECT_EQ(removed, std::vector<std::string>{"other"});
    EXPECT_EQ(report.mount_points, 1u);
    EXPECT_EQ(report.differences, 0u) << "and it is not compared";
    ASSERT_EQ(reported_.size(), 1u);
    EXPECT_NE(reported_[0].message().find("data: not restored: another file system is mounted there"),
              std::string::npos)
        << reported_[0].message();
    EXPECT_EQ(entries_beside_the_target(), 2u);
  }
  restore();
  EXPECT_EQ(content(back_ / "data/new"), std::vector<uint8_t>{'n'}) << "when it is unmounted";
}

TEST_F(MountPointTest, OneThatTheCommitHasNothingForIsANote) {
  put(made_directory("top", {made_directory("data", {}, 0750), made_file("file", {'f'})}));
  options_.overwrite = Overwrite::if_changed;
  options_.verify = true;
  std::vector<std::string> notes;
  options_.note = [&](const std::string& text) { notes.push_back(text); };
  TreeRestoreReport report;
  const bool mounted = with_mount([&] {
    report = restore();
    EXPECT_EQ(status(back_ / "data").st_mode & 07777, 0711u);
  });
  if (!mounted) GTEST_SKIP() << "may not mount";
  EXPECT_EQ(report.mount_points + report.differences, 0u);
  EXPECT_TRUE(reported_.empty());
  EXPECT_EQ(notes, std::vector<std::string>{"data: left alone: another file system is mounted there"});
}

TEST_F(MountPointTest, FurtherNamesOfAFileThatBelongsOnItAreMadeWithoutIt) {
  const MadeEntry first = made_file("first", {'1'});
  put(made_directory("top", {made_directory("data", {first}), made_link("second", first, "top/data/first"),
                             made_link("third", first, "top/data/first")}));
  options_.overwrite = Overwrite::always;
  const bool mounted = with_mount([&] {
    EXPECT_EQ(restore().hard_links, 1u);
    EXPECT_EQ(content(back_ / "second"), std::vector<uint8_t>{'1'});
    EXPECT_EQ(status(back_ / "second").st_ino, status(back_ / "third").st_ino);
  });
  if (!mounted) GTEST_SKIP() << "may not mount";
  EXPECT_EQ(reported_.size(), 1u);
}

// Something is mounted below a directory that a file should replace.
TEST_F(MountPointTest, ADirectoryThatHasOneInItIsNotReplaced) {
  put(made_directory("top", {made_file("deep", {'d'}), made_file("file", {'f'})}, 0751));
  options_.overwrite = Overwrite::always;
  std::vector<std::string> told;
  RestorePreviewOptions options;
  options.overwrite = Overwrite::always;
  options.told = [&](PreviewedChange change, const std::string& path) {
    told.push_back(std::to_string(static_cast<int>(change)) + path);
  };
  TreeRestoreReport report;
  const bool mounted = with_mount([&] {
    const std::filesystem::path deep = back_ / "deep/mount";
    std::filesystem::create_directories(deep);
    std::filesystem::create_directories(back_ / "deep/before");
    std::ofstream(back_ / "deep/before/one") << "one";
    ASSERT_EQ(mount("none", deep.c_str(), "tmpfs", 0, ""), 0);
    const auto source = store_->new_reader();
    RestoreSelection selection({}, {}, "");
    RestorePreview preview(*source, selection, options);
    EXPECT_TRUE(preview.look(tree_.top, back_));
    report = restore();
    EXPECT_FALSE(absent(deep));
    EXPECT_FALSE(absent(back_ / "deep/before/one")) << "what cannot go whole stays whole";
  });
  if (!mounted) GTEST_SKIP() << "may not mount";
  EXPECT_EQ(told, (std::vector<std::string>{"3deep", "0file"}));
  EXPECT_EQ(report.in_the_way, 1u);
  EXPECT_EQ(content(back_ / "file"), std::vector<uint8_t>{'f'});
  EXPECT_EQ(status(back_).st_mode & 07777, 0751u);
  EXPECT_EQ(entries_beside_the_target(), 2u);
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

// Of what is mounted on it is asked whether the commit has anything chosen below: of a few blocks that have
// any number of entries, and of directories in each other, too.
TEST_F(MountPointTest, ATreeWithoutEndIsNotSearchedToIt) {
  auto buffers = BufferPool::create("test", kFrameBytesMax, BlockPacker::kBuffers);
  StoreFrameSink frames(*store_);
  BlockPacker packer(frames, **buffers, {CodecId::lz4, 1}, {});
  const auto nested = [&](size_t levels, const std::vector<std::string>& names) {
    ScanItem item;
    MadeEntry lowest = made_directory("lowest", {made_file("one", {'1'})});
    lowest.bare = lowest.entries[0].bare = true;
    TreeEntry below = put_made(packer, lowest, item);
    while (levels-- > 0) {
      MadeEntry around = made_directory("around", {});
      around.bare = true;
      for (const std::string& name : names) {
        MadeEntry inner = made_directory(name, {});
        inner.bare = true;
        inner.other = DagLink{*below.content, 0, 1};
        around.entries.push_back(inner);
      }
      below = put_made(packer, around, item);
    }
    return below;
  };
  const TreeEntry wide = nested(60, {"a", "b"});
  const TreeEntry deep = nested(3000, {"a"});
  ASSERT_TRUE(packer.flush());
  PathPatterns include;
  include.add(PathPattern::parse("one", false).value());
  const RestoreSelection one(include, {}, "");
  PathPatterns other;
  other.add(PathPattern::parse("*.x", false).value());
  const RestoreSelection none(other, {}, "");
  const auto source = store_->new_reader();
  EXPECT_TRUE(one.takes_any_below(*source, wide.directory(), "").value());
  EXPECT_TRUE(none.takes_any_below(*source, wide.directory(), "", 10'000).value()) << "it may have something";
  EXPECT_FALSE(one.takes_any_below(*source, deep.directory(), "").value()) << "so deep nothing is restored";
}

TEST_F(MountPointTest, APreviewSaysThatItIsLeft) {
  put(made_directory("top", {made_directory("bare", {}), made_directory("data", {made_file("new", {'n'})}),
                             made_file("file", {'f'})}));
  std::vector<std::string> told;
  RestorePreviewOptions options;
  options.overwrite = Overwrite::if_changed;
  options.remove_others = true;
  options.told = [&](PreviewedChange change, const std::string& path) {
    told.push_back(std::to_string(static_cast<int>(change)) + path);
  };
  const bool mounted = with_mount([&] {
    const std::filesystem::path bare = back_ / "bare";
    std::filesystem::create_directories(bare);
    ASSERT_EQ(mount("none", bare.c_str(), "tmpfs", 0, ""), 0);
    const auto source = store_->new_reader();
    RestoreSelection selection({}, {}, "");
    RestorePreview preview(*source, selection, options);
    EXPECT_TRUE(preview.look(tree_.top, back_));
  });
  if (!mounted) GTEST_SKIP() << "may not mount";
  EXPECT_EQ(told, (std::vector<std::string>{"3data/", "0file", "4other"}));
}

}  // namespace
}  // namespace penstock
