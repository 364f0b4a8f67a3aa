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

TEST_F(StoreFailureTest, InitSaysThatAnySyncFailed) {
  failing_.error_number = EIO;
  for (int64_t changes = 0;; ++changes) {
    ASSERT_LT(changes, 40);
    TemporaryDirectory fresh;
    std::swap(directory_, fresh);
    failing_.changes_left = changes;
    failing_.fails_once = true;
    const Status made = Store::init(failing_, path(), {});
    const bool failed = failing_.changes_left < 0;
    failing_.fails_once = false;
    failing_.changes_left = INT64_MAX;
    EXPECT_EQ(made.has_value(), !failed) << "after " << changes << " changes";
    if (!failed) break;
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

TEST_F(StoreFailureTest, KeepsWhatWasStoredBeforeTheDiskWasFull) {
  // Whatever the change is that finds no room: a record, a footer, a segment that is begun.
  int rescued = 0;
  for (int64_t round = 0; round < 24; ++round) {
    const bool background = round % 2 == 1;
    SCOPED_TRACE(round);
    TemporaryDirectory fresh;
    std::swap(directory_, fresh);
    segment_options_ = {5000, background};
    ASSERT_TRUE(Store::init(failing_, path(), {}));
    uint64_t stored = 0;
    {
      const auto store = open(Access::write);
      failing_.changes_left = 16 + round / 2;
      while (BlockMaker().append(*store, {raw_block(stored, 1500)})) ++stored;
      ASSERT_GT(stored, 3u) << "more than a segment";
      failing_.changes_left = INT64_MAX;
      EXPECT_FALSE(store->checkpoint());
      // What a sync that found no room leaves on the disk nobody knows.
      if (!store->rescue()) continue;
      ++rescued;
      EXPECT_FALSE(BlockMaker().append(*store, {raw_block(99, 100)})) << "it is not written to any more";
    }
    notices_.clear();
    const auto store = open(Access::write);
    for (uint64_t i = 0; i < stored; ++i) EXPECT_TRUE(holds(*store, raw_block(i, 1500))) << i;
    EXPECT_FALSE(noticed("belong")) << "something was set aside: "
                                    << (notices_.empty() ? "" : notices_.back());
    EXPECT_TRUE(store->commits().empty());
    EXPECT_EQ(check_store(*store, {}).value().totals.damages, 0u);
  }
  EXPECT_GT(rescued, 0);
}

TEST_F(StoreFailureTest, KeepsNothingBehindASyncThatFailed) {
  const auto store = open(Access::write);
  ASSERT_TRUE(BlockMaker().append(*store, {raw_block(1, 100)}));
  failing_.error_number = EIO;
  failing_.changes_left = 0;
  EXPECT_FALSE(store->checkpoint());
  failing_.changes_left = INT64_MAX;
  EXPECT_FALSE(store->rescue());
  EXPECT_FALSE(holds(*open(Access::read), raw_block(1, 100)));
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
      StoreCheckOptions checking;
      std::vector<Error> unread;
      checking.unread = [&](const Error& part) { unread.push_back(part); };
      const auto checked = check_store(*store, checking);
      *error = 0;
      ASSERT_TRUE(checked);
      EXPECT_EQ(checked->totals.damages, 0u);
      EXPECT_GE(checked->totals.unread, store->segments().size());
      ASSERT_EQ(unread.size(), checked->totals.unread);
      for (const Error& part : unread) EXPECT_EQ(part.code, Errc::failed);
      EXPECT_TRUE(store->quarantined().empty());
    }
  }
  EXPECT_EQ(check_store(*store, {}).value().totals.damages, 0u);
  expect_whole(0, 6);
}

TEST_F(StoreFailureTest, BytesThatCannotBeReadKeepNothingElseFromBeingChecked) {
  for (const bool sealed : {false, true}) {
    TemporaryDirectory fresh;
    std::swap(directory_, fresh);
    ASSERT_TRUE(Store::init(failing_, path(), {}));
    segment_options_.segment_bytes = sealed ? 100000 : 64u << 20;
    std::vector<TestBlock> blocks;
    std::vector<Placement> places;
    {
      const auto store = open(Access::write);
      for (uint64_t i = 0; i < 5; ++i) {
        blocks.push_back(raw_block(i, 30000));
        ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {blocks.back()}));
        places.push_back(store->find(blocks.back().cid.digest).value().value());
      }
      ASSERT_TRUE(BlockMaker().commit(*store, blocks[0].cid));
      ASSERT_EQ(store->segments().size(), sealed ? 2u : 1u);
    }
    flip(paths().segment(1), places[0].record + 500);
    flip(paths().segment(1), places[2].record + 500);
    for (const uint32_t at : {places[1].record, places[1].record + 15000}) {
      SCOPED_TRACE(testing::Message() << "bytes from " << at << (sealed ? ", sealed" : ""));
      const auto store = open(Access::read);
      failing_.bad_from = at;
      failing_.bad_to = at + 100;
      std::vector<Error> unread;
      std::vector<StoreDamage> damages;
      StoreCheckOptions checking;
      checking.unread = [&](const Error& part) { unread.push_back(part); };
      checking.damage = [&](const StoreDamage& damage) { damages.push_back(damage); };
      const auto checked = check_store(*store, checking);
      failing_.bad_from = failing_.bad_to = 0;
      ASSERT_TRUE(checked);
      ASSERT_EQ(unread.size(), 1u);
      EXPECT_EQ(unread[0].code, Errc::failed);
      EXPECT_EQ(unread[0].what, paths().segment(1));
      EXPECT_EQ(unread[0].why.find("bytes " + std::to_string(places[1].record) + " to " +
                                   std::to_string(places[2].record) + " cannot be read"),
                0u)
          << unread[0].why;
      ASSERT_EQ(damages.size(), 2u);
      EXPECT_EQ(damages[0].begin, places[0].record);
      EXPECT_EQ(damages[1].begin, places[2].record);
      EXPECT_EQ(checked->totals.unread, 1u);
      for (const DamagedRange& range : store->quarantined()) EXPECT_NE(range.begin, places[1].record);
      EXPECT_TRUE(holds(*store, blocks[1]));
    }
  }
}

TEST_F(StoreFailureTest, MendingLosesNothingWhicheverChangeFails) {
  for (const bool again : {false, true}) {
    for (int64_t changes = 0; changes < 40; ++changes) {
      SCOPED_TRACE(testing::Message() << "after " << changes << " changes");
      TemporaryDirectory fresh;
      std::swap(directory_, fresh);
      failing_.changes_left = INT64_MAX;
      ASSERT_TRUE(Store::init(failing_, path(), {}));
      ASSERT_EQ(put(0, 6), 6u);
      flip(paths().log(), 50);
      flip(paths().segment(1), 3);
      flip(paths().segment(1), contents(paths().segment(1)).size() - 30);
      uint64_t acknowledged = 6;
      {
        const auto store = open(Access::write);
        failing_.changes_left = changes;
        static_cast<void>(check_store(*store, {}));
        if (again) failing_.changes_left = INT64_MAX;
        // Where the mending was cut off, the same writer may not take more than it can keep.
        const TestBlock more = raw_block(12, 1500);
        if (BlockMaker().append(*store, {more}) && BlockMaker().append(*store, {raw_block(13, 700)}) &&
            BlockMaker().commit(*store, more.cid)) {
          ++acknowledged;
        }
      }
      failing_.changes_left = INT64_MAX;
      expect_whole(0, acknowledged);
      static_cast<void>(check_store(*open(Access::write), {}));
      EXPECT_EQ(check_store(*open(Access::write), {}).value().totals.damages, 0u);
      expect_whole(0, acknowledged);
    }
  }
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
