// SPDX-License-Identifier: Apache-2.0
// A file system that refuses, at every step.
#include "store/store_check.h"
#include "unit/store/failing_file_system.h"
#include "unit/store/store_fixture.h"

namespace penstock {
namespace {

class StoreFailureTest : public StoreFixture {
 protected:
  StoreFailureTest() {
    index_factory_ = MemoryIndex::factory();
    segment_options_ = {5000, false};
  }
  FileSystem& files() override { return failing_; }

  // Puts blocks in commits of two frames, until something fails. Returns how many commits were acknowledged.
  uint64_t put(uint64_t from, uint64_t commits) {
    auto store = try_open(Access::write);
    if (!store) return 0;
    for (uint64_t i = 0; i < commits; ++i) {
      const TestBlock a = raw_block(2 * (from + i), 1500);
      const TestBlock b = raw_block(2 * (from + i) + 1, 700);
      if (!BlockMaker().append(**store, {a}) || !BlockMaker().append(**store, {b})) return i;
      if (!BlockMaker().commit(**store, a.cid)) return i;
    }
    return commits;
  }
  void expect_whole(uint64_t from, uint64_t commits) {
    const auto store = open(Access::read);
    ASSERT_TRUE(store);
    EXPECT_GE(store->commits().size(), commits);
    for (uint64_t i = from; i < from + commits; ++i) {
      EXPECT_TRUE(holds(*store, raw_block(2 * i, 1500))) << i;
      EXPECT_TRUE(holds(*store, raw_block(2 * i + 1, 700))) << i;
    }
  }

  FailingFileSystem failing_;
};

TEST_F(StoreFailureTest, LosesNothingAcknowledgedWhicheverChangeFails) {
  for (const int error_number : {ENOSPC, EIO}) {
    for (int64_t changes = 0; changes < 60; ++changes) {
      SCOPED_TRACE(testing::Message() << errno_text(error_number) << " after " << changes << " changes");
      TemporaryDirectory fresh;
      std::swap(directory_, fresh);
      failing_.error_number = error_number;
      failing_.changes_left = INT64_MAX;
      ASSERT_TRUE(Store::init(failing_, path(), {}));
      failing_.changes_left = changes;
      const uint64_t acknowledged = put(0, 6);
      expect_whole(0, acknowledged);
      // Once there is room again, the store goes on.
      failing_.changes_left = INT64_MAX;
      EXPECT_EQ(put(100, 2), 2u);
      expect_whole(0, acknowledged);
      expect_whole(100, 2);
    }
  }
}

TEST_F(StoreFailureTest, SaysWhatToDoAboutAFullDisk) {
  const auto store = open(Access::write);
  failing_.changes_left = 0;
  const auto appended = BlockMaker().append(*store, {raw_block(1, 100)});
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().code, Errc::failed);
  EXPECT_NE(appended.error().message().find("free some space"), std::string::npos);
  failing_.changes_left = INT64_MAX;
  EXPECT_FALSE(BlockMaker().append(*store, {raw_block(2, 100)})) << "a writer that failed stays so";
  Claim claim;
  const Digest digest = raw_block(3, 100).cid.digest;
  EXPECT_FALSE(store->claim(std::span(&digest, 1), std::span(&claim, 1)));
}

TEST_F(StoreFailureTest, AFailedSyncAcknowledgesNothing) {
  const auto store = open(Access::write);
  ASSERT_TRUE(BlockMaker().append(*store, {raw_block(1, 100)}));
  const TestBlock commit = BlockMaker().append_commit(*store, raw_block(1, 100).cid).value();
  failing_.error_number = EIO;
  failing_.changes_left = 0;
  EXPECT_FALSE(store->commit(commit.cid));
  failing_.changes_left = INT64_MAX;
  EXPECT_FALSE(store->commit(commit.cid));
  EXPECT_TRUE(store->commits().empty());
}

TEST_F(StoreFailureTest, WhatCannotBeReadAtTheMomentIsNotTakenForDamaged) {
  EXPECT_EQ(put(0, 6), 6u);
  const auto store = open(Access::write);
  for (std::atomic<int>* error : {&failing_.open_error, &failing_.read_error}) {
    for (const int number : {EMFILE, EIO}) {
      *error = number;
      const auto checked = check_store(*store, {});
      *error = 0;
      ASSERT_FALSE(checked);
      EXPECT_EQ(checked.error().code, Errc::failed);
      EXPECT_TRUE(store->quarantined().empty());
    }
  }
  EXPECT_EQ(check_store(*store, {}).value().damages, 0u);
  expect_whole(0, 6);
}

TEST_F(StoreFailureTest, LeavesATailInPlaceWhereThereIsNoRoomToSetItAside) {
  EXPECT_EQ(put(0, 1), 1u);
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {raw_block(50, 900)}));
  }
  const auto before = contents(paths().segment(1));
  struct NoRoom final : FileSystem {
    PosixFileSystem real;
    Result<std::unique_ptr<File>> create(const std::string& path) override {
      if (path.find("set-aside") != std::string::npos) return fail_file(path, ENOSPC);
      return real.create(path);
    }
    Result<std::unique_ptr<File>> open(const std::string& path, bool writable) override {
      return real.open(path, writable);
    }
    Result<bool> exists(const std::string& path) override { return real.exists(path); }
    Result<std::vector<std::string>> list(const std::string& path) override { return real.list(path); }
    Status make_directory(const std::string& path) override { return real.make_directory(path); }
    Status rename(const std::string& from, const std::string& to) override { return real.rename(from, to); }
    Status remove(const std::string& path) override { return real.remove(path); }
    Status sync_directory(const std::string& path) override { return real.sync_directory(path); }
    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return real.lock(path); }
  } no_room;
  {
    const auto store = Store::open(no_room, path(), Access::write, options());
    ASSERT_TRUE(store) << why(store);
    EXPECT_TRUE(noticed("could not be set aside"));
    ASSERT_TRUE(BlockMaker().commit(**store, raw_block(0, 1500).cid));
    EXPECT_EQ((*store)->segments().back().segment, 2u);
  }
  EXPECT_EQ(contents(paths().segment(1)), before);
  expect_whole(0, 1);
}

}  // namespace
}  // namespace penstock
