// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restored_check.h"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "unit/pipeline/restore_site.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

class RestoredCheckTest : public RestoreSite {
 protected:
  void SetUp() override {
    RestoreSite::SetUp();
    MadeEntry attributed = made_file("attributed", {1});
    attributed.meta.xattrs = {{"user.short", std::vector<uint8_t>{1}},
                              {"user.word", std::vector<uint8_t>(300, 7)}};
    MadeEntry top = made_directory(
        "top", {made_file("a", random_bytes(25'000, 5)), attributed, made_file("b", {2}, 0600),
                made_link("blink", made_file("b", {2}, 0600), "top/b"), made_symlink("link", "to"),
                made_directory("sub", {made_file("c", random_bytes(100'000, 6))}),
                MadeEntry{made_meta("fifo", kModeFifo | 0640)}});
    give_to(top, geteuid(), getegid());
    put(top);
    restore();
    refused_.remember_paths();
  }

  static void set_time(const fs::path& path, FileTime time = {1'500'000'000, 5}) {
    const timespec times[2] = {{0, UTIME_OMIT}, {time.seconds, static_cast<long>(time.nanoseconds)}};
    EXPECT_EQ(utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  }

  // What is told: "a: has ...".
  std::vector<std::string> check(const RestoredOwners& owners = RestoredOwners::by_number()) {
    std::vector<std::string> told;
    RestoredCheckOptions options;
    options.threads = 3;
    options.differs = [&](const std::string& path, const Error& error) {
      told.push_back(path + ": " + error.why);
    };
    const auto source = store_->new_reader();
    RestoreSelection selection({}, {}, "top");
    const RestoredMetadata metadata(owners, refused_);
    RestoredCheck check(*store_, *source, selection, metadata, refused_, options);
    const Descriptor above(open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const Status checked = check.check(above.number(), "back", tree_.top);
    EXPECT_TRUE(checked) << checked.error().message();
    EXPECT_EQ(check.differences(), told.size());
    not_restorable_ = check.not_restorable();
    std::ranges::sort(told);
    return told;
  }

  uint64_t not_restorable_ = 0;
};

using Told = std::vector<std::string>;

TEST_F(RestoredCheckTest, SaysNothingOfWhatIsRight) {
  EXPECT_EQ(check(), Told());
  EXPECT_EQ(not_restorable_, 0u);
}

TEST_F(RestoredCheckTest, NamesEachKindOfMetadataThatIsWrong) {
  ASSERT_EQ(chmod((back_ / "a").c_str(), 0640), 0);
  set_time(back_ / "b", {1'500'000'001, 5});
  set_time(back_ / "link", {1'500'000'000, 6});
  ASSERT_EQ(chmod((back_ / "sub").c_str(), 0700), 0);
  ASSERT_EQ(chmod((back_ / "fifo").c_str(), 0600), 0);
  const std::string metadata = "has not the metadata that it should have: ";
  EXPECT_EQ(check(), (Told{"a: " + metadata + "mode", "b: " + metadata + "time", "fifo: " + metadata + "mode",
                           "link: " + metadata + "time", "sub: " + metadata + "mode"}));
}

TEST_F(RestoredCheckTest, NamesAttributesThatAreWrongMissingOrTooMany) {
  const std::string path = back_ / "attributed";
  if (refused_.of(Refused::xattr).times > 0) GTEST_SKIP() << "no user attributes here";
  ASSERT_EQ(setxattr(path.c_str(), "user.short", "2", 1, 0), 0);
  ASSERT_EQ(removexattr(path.c_str(), "user.word"), 0);
  ASSERT_EQ(setxattr(path.c_str(), "user.more", "", 0, 0), 0);
  EXPECT_EQ(
      check(),
      (Told{"attributed: has not the metadata that it should have: user.short, user.word, no user.more"}));
}

TEST_F(RestoredCheckTest, NamesContentsKindsAndLinksThatAreWrong) {
  fs::resize_file(back_ / "a", 24'999);
  std::fstream(back_ / "sub/c", std::ios::in | std::ios::out | std::ios::binary).put('x').put('y').put('z');
  fs::remove(back_ / "blink");
  fs::copy_file(back_ / "b", back_ / "blink");
  fs::remove(back_ / "link");
  ASSERT_EQ(mkfifo((back_ / "link").c_str(), 0777), 0);
  fs::remove(back_ / "fifo");
  set_time(back_);
  EXPECT_EQ(check(),
            (Told{"a: has another size than it should have",
                  "blink: is not one file with the names that it should be one with", "fifo: is not there",
                  "link: is of another kind", "sub/c: differs from the commit at byte 0 or behind"}));
}

TEST_F(RestoredCheckTest, WhatWasRefusedStandsApart) {
  set_time(back_ / "a", {1, 1});
  ASSERT_EQ(chmod((back_ / "b").c_str(), 0640), 0);
  fs::remove(back_ / "fifo");
  set_time(back_);
  refused_.add(Refused::time, "a", EPERM);
  refused_.add(Refused::mode, "sub", EPERM);
  refused_.add(Refused::special, "fifo", EPERM);
  EXPECT_EQ(check(), (Told{"b: has not the metadata that it should have: mode"}));
  EXPECT_EQ(not_restorable_, 2u);
}

TEST_F(RestoredCheckTest, OwnersAreThoseThatWereWanted) {
  const passwd* nobody = getpwnam("nobody");
  const group* other = getgrgid(1);
  if (geteuid() != 0 || nobody == nullptr || other == nullptr)
    GTEST_SKIP() << "not root, or nobody is not known";
  MetaRoot meta;
  meta.users = {{0, "nobody"}, {7001, "nobody"}, {7002, "no such user here"}};
  meta.groups = {{7001, other->gr_name}};
  const RestoredOwners owners = RestoredOwners::by_name(meta);
  EXPECT_EQ(owners.user(7001), nobody->pw_uid);
  EXPECT_EQ(owners.group(7001), 1u);
  EXPECT_EQ(owners.user(7002), 7002u);
  EXPECT_EQ(owners.user(0), 0u) << "root is root everywhere";

  MadeEntry top = made_directory("top", {made_file("a", {1}), made_file("suid", {2}, 04755)});
  give_to(top, 7001, 7001);
  put(top);
  tree_.meta = meta;
  fs::remove_all(back_);
  restore();
  EXPECT_EQ(status(back_ / "a").st_uid, nobody->pw_uid);
  EXPECT_EQ(status(back_ / "suid").st_mode & 07777, 04755u);
  EXPECT_EQ(check(owners), Told());
  EXPECT_EQ(check().size(), 3u);
  fs::remove_all(back_);
  options_.owners = OwnerChoice::none;
  restore();
  EXPECT_EQ(status(back_ / "a").st_uid, 0u);
  EXPECT_EQ(status(back_ / "suid").st_mode & 07777, 0755u) << "it would act for root";
  EXPECT_EQ(check(RestoredOwners::none()), Told());
  fs::remove_all(back_);
  options_.owners = OwnerChoice::numbers;
  restore();
  EXPECT_EQ(status(back_ / "a").st_gid, 7001u);
}

TEST_F(RestoredCheckTest, SpecialFilesCanBeLeftOut) {
  fs::remove_all(back_);
  options_.specials = false;
  options_.verify = true;
  const TreeRestoreReport report = restore();
  EXPECT_TRUE(absent(back_ / "fifo"));
  EXPECT_EQ(report.specials, 0u);
  EXPECT_EQ(report.specials_left_out, 1u);
  EXPECT_EQ(report.differences, 0u);
}

}  // namespace
}  // namespace penstock
