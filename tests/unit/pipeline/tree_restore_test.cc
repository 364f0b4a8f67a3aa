// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_restore.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/bytes.h"
#include "dag/meta_list_reader.h"
#include "unit/pipeline/restore_site.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;
using Value = std::vector<uint8_t>;

class TreeRestoreTest : public RestoreSite {};

// Kinds, modes and times of all sorts; owned by whoever runs the test.
MadeEntry odd_tree() {
  MadeEntry fifo{made_meta("fifo", kModeFifo | 0620, {1, 2})};
  MadeEntry socket{made_meta("socket", kModeSocket | 0755, {3, 4})};
  MadeEntry setuid = made_file("setuid", {1, 2, 3}, 04751);
  MadeEntry old = made_file("old", random_bytes(25'000, 1), 0400);
  old.meta.mtime = {-1, 999'999'999};
  MadeEntry locked =
      made_directory("locked", {made_file("in", {7}, 0), made_directory("empty", {}, 0)}, 0555);
  locked.meta.mtime = {1'000'000'000, 1};
  MadeEntry top = made_directory(
      "top",
      {fifo, socket, setuid, old, locked, made_symlink("dangling", "/no/where"), made_file("empty", {}),
       made_file("\xff\n", {9}, 0640), made_link("z", old, "top/old"),
       made_directory("links", {made_link("again", old, "top/old"), made_link("pipe", fifo, "top/fifo")})},
      01711);
  top.meta.mtime = {1'234'567'890, 987'654'321};
  return top;
}

TEST_F(TreeRestoreTest, BringsAllKindsBackWithTheirMetadata) {
  for (const bool as_root : {true, false}) {
    SCOPED_TRACE(as_root);
    if (as_root && geteuid() != 0) continue;
    back_ = directory_ / (as_root ? "root" : "nobody");
    const uint32_t uid = as_root ? 1234 : nobody_user();
    const uint32_t gid = as_root ? 5678 : nobody_group();
    MadeEntry made = odd_tree();
    give_to(made, uid, gid);
    put(made);
    const std::unique_ptr<AsNobody> nobody = as_root ? nullptr : std::make_unique<AsNobody>();
    const TreeRestoreReport report = restore();
    EXPECT_EQ(report.restored.files, 5u);
    EXPECT_EQ(report.restored.directories, 4u);
    EXPECT_EQ(report.restored.symlinks, 1u);
    EXPECT_EQ(report.specials, 2u);
    EXPECT_EQ(report.hard_links, 3u);
    EXPECT_EQ(report.restored.entries_reported, 0u);
    EXPECT_EQ(report.metadata_damaged, 0u);
    EXPECT_EQ(refused_.all(), 0u);
    EXPECT_TRUE(reported_.empty());
    // Each entry as it was made, whatever came after it.
    const auto check = [&](const auto& self, const MadeEntry& entry, const fs::path& path) -> void {
      const struct stat got = status(path);
      EXPECT_EQ(got.st_mode, entry.meta.mode) << path;
      EXPECT_TRUE(same_time(got, entry.meta.mtime)) << path;
      EXPECT_EQ(got.st_uid, uid) << path;
      EXPECT_EQ(got.st_gid, gid) << path;
      for (const MadeEntry& below : entry.entries) self(self, below, path / below.meta.name);
    };
    const bool searchable = as_root;  // nobody could look into 0, and cannot tidy up below 0555
    if (!searchable) made.entries.erase(made.entries.begin() + 4);
    check(check, made, back_);
    EXPECT_EQ(status(back_ / "links/again").st_ino, status(back_ / "old").st_ino);
    EXPECT_EQ(status(back_ / "z").st_ino, status(back_ / "old").st_ino);
    EXPECT_EQ(status(back_ / "old").st_nlink, 3u);
    EXPECT_EQ(status(back_ / "links/pipe").st_ino, status(back_ / "fifo").st_ino);
    EXPECT_EQ(content(back_ / "z"), random_bytes(25'000, 1));
    EXPECT_EQ(content(back_ / "setuid"), (Value{1, 2, 3}));
    EXPECT_EQ(fs::read_symlink(back_ / "dangling"), "/no/where");
  }
}

TEST_F(TreeRestoreTest, CountsWhatNobodyMayNotHave) {
  MadeEntry made = odd_tree();
  give_to(made, 1234, 5678);
  MadeEntry device{made_meta("zero", kModeCharacterDevice | 0666)};
  device.meta.device = DeviceNumber{1, 5};
  made.entries.push_back(device);
  put(made);
  const AsNobody nobody;
  const TreeRestoreReport report = restore();
  EXPECT_EQ(refused_.of(Refused::special).times, 1u);
  EXPECT_EQ(refused_.of(Refused::special).first_path, "zero");
  EXPECT_EQ(refused_.of(Refused::mode).times, 1u);
  EXPECT_EQ(refused_.of(Refused::mode).first_path, "setuid");
  // All but the device and further names.
  EXPECT_EQ(refused_.of(Refused::owner).times,
            report.restored.files + report.restored.directories + report.restored.symlinks + report.specials);
  EXPECT_EQ(status(back_ / "setuid").st_mode, kModeFile | 0751);
  EXPECT_TRUE(same_time(status(back_), made.meta.mtime));
  EXPECT_TRUE(absent(back_ / "zero"));
}

TEST_F(TreeRestoreTest, MakesDevicesAsRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may make devices";
  MadeEntry device{made_meta("zero", kModeCharacterDevice | 0620)};
  device.meta.device = DeviceNumber{1, 5};
  put(made_directory("top", {device}));
  restore();
  if (refused_.of(Refused::special).times == 1) GTEST_SKIP() << "nor may root here";
  EXPECT_EQ(status(back_ / "zero").st_mode, device.meta.mode);
  EXPECT_EQ(status(back_ / "zero").st_rdev, makedev(1, 5));
  EXPECT_TRUE(same_time(status(back_ / "zero"), device.meta.mtime));
}

TEST_F(TreeRestoreTest, BringsShortAndLongAttributesBack) {
  MadeEntry file = made_file("file", random_bytes(30'000, 3));
  file.meta.xattrs = {{"user.long", Value(2000, 1)}, {"user.short", Value{2}}};
  MadeEntry made = made_directory("top", {file});
  made.meta.xattrs = {{"user.long", Value(1500, 3)}};
  give_to(made, geteuid(), getegid());
  put(made);
  restore();
  if (refused_.of(Refused::xattr).times > 0) GTEST_SKIP() << "no user attributes here";
  Value value(3000);
  EXPECT_EQ(getxattr((back_ / "file").c_str(), "user.long", value.data(), value.size()), 2000);
  EXPECT_EQ(value[1999], 1);
  EXPECT_EQ(getxattr((back_ / "file").c_str(), "user.short", value.data(), value.size()), 1);
  EXPECT_EQ(getxattr(back_.c_str(), "user.long", value.data(), value.size()), 1500);
}

TEST_F(TreeRestoreTest, AnEmptyDirectoryThatIsThereBecomesTheTree) {
  MadeEntry made = odd_tree();  // with directories that nobody may move into another
  give_to(made, nobody_user(), nobody_group());
  put(made);
  const AsNobody nobody;
  ASSERT_EQ(mkdir(back_.c_str(), 0700), 0);
  const ino_t before = status(back_).st_ino;
  restore();
  EXPECT_EQ(status(back_).st_ino, before);
  EXPECT_EQ(status(back_).st_mode, made.meta.mode);
  EXPECT_TRUE(same_time(status(back_), made.meta.mtime));
  EXPECT_EQ(status(back_ / "locked").st_mode, kModeDirectory | 0555);
  EXPECT_FALSE(absent(back_ / "locked/in"));
}

TEST_F(TreeRestoreTest, RefusesATargetThatIsNotEmpty) {
  put(made_directory("top", {made_file("a", {1})}));
  ASSERT_EQ(mkdir(back_.c_str(), 0700), 0);
  std::ofstream(back_ / "mine") << "kept";
  const auto report = restore_tree(*store_, tree_, tree_.top, "", back_, options_, refused_);
  ASSERT_FALSE(report);
  EXPECT_EQ(content(back_ / "mine").size(), 4u);
  EXPECT_TRUE(absent(back_ / "a"));
}

TEST_F(TreeRestoreTest, RestoresOneThingAlone) {
  MadeEntry file = made_file("x", random_bytes(30'000, 4), 0604);
  MadeEntry further = made_link("x", file, "elsewhere/first");  // whose first name is not in it
  MadeEntry fifo{made_meta("x", kModeFifo | 0604)};
  for (MadeEntry made : {file, further, made_symlink("x", "to"), fifo}) {
    give_to(made, geteuid(), getegid());
    put(made);
    restore();
    EXPECT_EQ(status(back_).st_mode, made.meta.mode);
    EXPECT_TRUE(same_time(status(back_), made.meta.mtime));
    if ((made.meta.mode & kModeType) == kModeFile) {
      EXPECT_EQ(content(back_), made.content);
    }
    EXPECT_EQ(entries_beside_the_target(), 2u);
    ASSERT_EQ(unlink(back_.c_str()), 0);
  }
  EXPECT_EQ(refused_.all(), 0u);
}

TEST_F(TreeRestoreTest, LinksLeadNowhereButIntoTheTree) {
  ASSERT_EQ(mkdir((directory_ / "outside").c_str(), 0777), 0);
  std::ofstream(directory_ / "outside/secret") << "secret";
  const MadeEntry file = made_file("first", {1, 2});
  put(made_directory("top", {made_symlink("door", directory_ / "outside"), made_directory("sub", {}),
                             made_link("x1", file, "top/door/secret"), made_link("x2", file, "top/door"),
                             made_link("x3", file, "top/sub"), made_link("x4", file, "top/gone"),
                             made_link("x5", file, "top"), file}));
  const TreeRestoreReport report = restore();
  EXPECT_EQ(report.hard_links, 0u);
  EXPECT_EQ(report.restored.entries_reported, 4u);
  EXPECT_EQ(status(directory_ / "outside/secret").st_nlink, 1u);
  for (const char* name : {"x1", "x2", "x3", "x4"}) EXPECT_TRUE(absent(back_ / name)) << name;
  EXPECT_EQ(content(back_ / "x5"),
            (Value{1, 2}));  // that path is not below the tree's top: a file of its own
  EXPECT_EQ(content(back_ / "first"), (Value{1, 2}));
}

TEST_F(TreeRestoreTest, TakesWhatIsChosenAndTheDirectoriesAbove) {
  const MadeEntry first = made_file("first", {5}, 0600);
  MadeEntry made = made_directory(
      "top", {made_directory("a", {first, made_file("x.txt", {1}), made_file("y.c", {2})}, 0750),
              made_directory("b", {made_directory("deep", {made_file("z.txt", {3})}, 0510)}, 0705),
              made_directory("c", {made_file("w.c", {4})}),
              made_directory("d", {made_link("l1.txt", first, "top/a/first"),
                                   made_link("l2.txt", first, "top/a/first")}),
              made_file("skipped.txt", {6})});
  give_to(made, geteuid(), getegid());
  put(made);
  options_.include.add(PathPattern::parse("*.txt", false).value());
  options_.exclude.add(PathPattern::parse("/skipped.*", false).value());
  const TreeRestoreReport report = restore();
  EXPECT_EQ(content(back_ / "a/x.txt"), Value{1});
  EXPECT_EQ(content(back_ / "b/deep/z.txt"), Value{3});
  EXPECT_EQ(status(back_ / "a").st_mode, kModeDirectory | 0750);
  EXPECT_EQ(status(back_ / "b").st_mode, kModeDirectory | 0705);
  EXPECT_EQ(status(back_ / "b/deep").st_mode, kModeDirectory | 0510);
  EXPECT_TRUE(same_time(status(back_ / "b/deep"), made.meta.mtime));
  for (const char* name : {"a/y.c", "a/first", "c", "skipped.txt"}) EXPECT_TRUE(absent(back_ / name)) << name;
  // The first name was not chosen: another takes its place.
  EXPECT_EQ(content(back_ / "d/l1.txt"), Value{5});
  EXPECT_EQ(status(back_ / "d/l1.txt").st_ino, status(back_ / "d/l2.txt").st_ino);
  EXPECT_EQ(report.hard_links, 1u);
  EXPECT_EQ(report.restored.files, 3u);
  EXPECT_EQ(report.restored.directories, 5u);
}

TEST_F(TreeRestoreTest, WhereMetadataIsDamagedTheContentComes) {
  MadeEntry made = made_directory(
      "top",
      {made_directory("bad", {made_file("in", {1}), made_file("too", {2})}), made_file("good", {3}, 0640)});
  give_to(made, geteuid(), getegid());
  put(made);
  // The list of "bad" leads nowhere.
  auto buffers = BufferPool::create("test", kFrameBytesMax, BlockPacker::kBuffers);
  StoreFrameSink frames(*store_);
  BlockPacker packer(frames, **buffers, {CodecId::lz4, 1}, {});
  const auto reader = store_->new_reader();
  MetaListReader list(*reader, *tree_.top.list);
  MetaListBuilder built(packer);
  for (auto entry = list.next(); entry && *entry; entry = list.next()) {
    ScanItem item;
    if (is_directory(**entry)) {
      (*entry)->list = Cid{Multicodec::dag_cbor, Digest{}};
      item.list = (*entry)->list;
    }
    ASSERT_TRUE(built.add(**entry, item));
  }
  tree_.top.list = built.finish().value().list;
  tree_.top.meta->list = tree_.top.list;
  ASSERT_TRUE(packer.flush());
  const TreeRestoreReport report = restore();
  EXPECT_EQ(report.metadata_damaged, 1u);
  EXPECT_EQ(report.restored.entries_reported, 0u);
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_NE(reported_[0].message().find("bad"), std::string::npos) << reported_[0].message();
  EXPECT_EQ(content(back_ / "bad/in"), Value{1});
  EXPECT_EQ(content(back_ / "bad/too"), Value{2});
  EXPECT_EQ(status(back_ / "bad").st_mode, kModeDirectory | 0755);
  EXPECT_EQ(status(back_ / "good").st_mode, kModeFile | 0640);
}

TEST_F(TreeRestoreTest, MetadataOfAnotherKindIsNotBelieved) {
  MadeEntry liar = made_file("liar", {1}, 04777);
  liar.other = DagLink{};
  MadeEntry bare = made_file("bare", {2});
  bare.bare = true;
  put(made_directory("dir", {}));
  liar.other->cid = *tree_.top.content;  // a directory
  put(made_directory("top", {liar, bare, made_file("good", {3})}));
  const TreeRestoreReport report = restore();
  EXPECT_EQ(report.metadata_damaged, 1u);
  EXPECT_TRUE(S_ISDIR(status(back_ / "liar").st_mode));
  EXPECT_EQ(status(back_ / "liar").st_mode & 06000, 0u);
  EXPECT_EQ(content(back_ / "bare"), Value{2});
  EXPECT_EQ(status(back_ / "bare").st_mode & 07777, 0600u) << "nobody knows whom it was for";
  EXPECT_EQ(status(back_ / "liar").st_mode & 07777, 0700u);
  EXPECT_EQ(content(back_ / "good"), Value{3});
}

TEST_F(TreeRestoreTest, WhatStandsAroundTheTargetIsNotHandedDown) {
  Value acl(4 + 8 * 5);
  store_le<uint32_t>(acl.data(), 2);
  const uint32_t entries[5][3] = {
      {1, 7, UINT32_MAX}, {2, 7, 1234}, {4, 7, UINT32_MAX}, {16, 7, UINT32_MAX}, {32, 7, UINT32_MAX}};
  for (size_t i = 0; i < 5; ++i) {
    store_le(acl.data() + 4 + 8 * i, static_cast<uint16_t>(entries[i][0]));
    store_le(acl.data() + 6 + 8 * i, static_cast<uint16_t>(entries[i][1]));
    store_le(acl.data() + 8 + 8 * i, entries[i][2]);
  }
  if (setxattr(directory_.c_str(), "system.posix_acl_default", acl.data(), acl.size(), 0) != 0)
    GTEST_SKIP() << "no ACLs here";
  MadeEntry made = made_directory("top", {made_directory("sub", {made_file("file", {1}, 0600)}, 0700)}, 0700);
  give_to(made, geteuid(), getegid());
  put(made);
  restore();
  for (const char* name : {"", "sub", "sub/file"})
    for (const char* kind : {"system.posix_acl_access", "system.posix_acl_default"})
      EXPECT_LT(getxattr((back_ / name).c_str(), kind, nullptr, 0), 0) << name << " " << kind;
  EXPECT_EQ(status(back_ / "sub/file").st_mode, kModeFile | 0600);
}

// A bit has changed in a file that is kept for its size and time.
TEST_F(TreeRestoreTest, ReadsBackWhatStandsThere) {
  MadeEntry sparse = made_file("sparse", random_bytes(25'000, 6));
  MadeEntry top =
      made_directory("top", {made_file("a", random_bytes(25'000, 5)), made_file("empty", {}), sparse,
                             made_symlink("link", "to"), made_directory("sub", {made_file("b", {2})})});
  give_to(top, geteuid(), getegid());
  put(top);
  options_.verify = true;
  TreeRestoreReport report = restore();
  EXPECT_EQ(report.verified, 5u);
  EXPECT_EQ(report.differences, 0u);
  EXPECT_TRUE(reported_.empty());
  {
    std::fstream file(back_ / "a", std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(20'123);
    const int byte = file.get();
    file.seekp(20'123);
    file.put(static_cast<char>(byte ^ 1));
  }
  const timespec times[2] = {{0, UTIME_OMIT}, {1'500'000'000, 5}};
  ASSERT_EQ(utimensat(AT_FDCWD, (back_ / "a").c_str(), times, 0), 0);
  options_.overwrite = Overwrite::if_changed;
  report = restore();
  EXPECT_EQ(report.kept, 4u);
  EXPECT_EQ(report.differences, 1u);
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_EQ(reported_[0].what, "a: entry");
  EXPECT_NE(reported_[0].why.find("byte 20000"), std::string::npos) << reported_[0].why;
}

TEST_F(TreeRestoreTest, LeavesNothingWhenItFails) {
  put(made_directory("top", {made_file("a", random_bytes(200'000, 1)), made_directory("b", {}, 0)}));
  options_.restore.bytes_max = 100'000;
  const auto report = restore_tree(*store_, tree_, tree_.top, "", back_, options_, refused_);
  ASSERT_FALSE(report);
  EXPECT_TRUE(absent(back_));
  EXPECT_EQ(entries_beside_the_target(), 1u);
}

}  // namespace
}  // namespace penstock
