// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <filesystem>
#include <fstream>

#include "store/store_toml.h"
#include "unit/store/store_fixture.h"

namespace penstock {
namespace {

class StoreTest : public StoreFixture {};

size_t files_in(const std::string& directory) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST_F(StoreTest, GivesBackWhatWasCommitted) {
  const TestBlock small = text_block("hello");
  const TestBlock large = raw_block(1, 1 << 20);
  const TestBlock empty = text_block("");
  TestBlock commit;
  {
    auto store = open(Access::write);
    const BlockMaker maker;
    ASSERT_TRUE(maker.append(*store, {small, empty, large}));
    EXPECT_TRUE(holds(*store, small));
    auto made = maker.commit(*store, small.cid);
    ASSERT_TRUE(made) << why(made);
    commit = *made;
  }
  auto store = open(Access::read);
  ASSERT_EQ(store->commits().size(), 1u);
  EXPECT_EQ(store->commits()[0].cid, commit.cid);
  for (const TestBlock& block : {small, large, empty, commit}) EXPECT_TRUE(holds(*store, block));
  EXPECT_EQ(store->new_reader()->block_bytes(large.cid.digest).value(), large.bytes.size());
  EXPECT_EQ(store->new_reader()->read(raw_block(7, 10).cid).error().code, Errc::absent);
}

TEST_F(StoreTest, KeepsItsConfiguration) {
  const std::string other = directory_.path() + "/other";
  ASSERT_TRUE(Store::init(files(), other, {"", "fixed:1M", "lz4"}));
  const auto store = Store::open(files(), other, Access::read, options());
  ASSERT_TRUE(store) << why(store);
  EXPECT_EQ((*store)->config().chunker, "fixed:1M");
  EXPECT_EQ((*store)->config().codec, "lz4");
  EXPECT_EQ((*store)->config().uuid.size(), 36u);
}

TEST_F(StoreTest, RefusesToBeMadeWhereThereIsSomething) {
  EXPECT_EQ(Store::init(files(), path(), {}).error().code, Errc::failed);
  std::ofstream(directory_.path() + "/mine") << "x";
  EXPECT_EQ(Store::init(files(), directory_.path(), {}).error().code, Errc::failed);
}

TEST_F(StoreTest, CanBeMadeAgainWhereMakingItWasCutOff) {
  std::filesystem::remove(path() + "/store.toml");
  EXPECT_FALSE(try_open(Access::read));
  EXPECT_TRUE(Store::init(files(), path(), {}));
  EXPECT_TRUE(open(Access::write));
}

TEST_F(StoreTest, SaysThatAStoreWithSegmentsIsAStoreAlready) {
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {raw_block(1, 100)}));
    ASSERT_TRUE(BlockMaker().commit(*store, raw_block(1, 100).cid));
  }
  const auto again = Store::init(files(), path(), {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().why, "is a store already");
  std::filesystem::remove(paths().config());
  const auto headless = Store::init(files(), path(), {});
  ASSERT_FALSE(headless);
  EXPECT_NE(headless.error().why.find("store.toml is missing"), std::string::npos);
}

TEST_F(StoreTest, IsMadeByOneProcessAtATime) {
  const StorePaths other{directory_.path() + "/other"};
  ASSERT_TRUE(files().make_directory(other.directory));
  {
    const auto lock = files().lock(other.lock());
    ASSERT_TRUE(lock);
    EXPECT_EQ(Store::init(files(), other.directory, {}).error().code, Errc::locked);
    EXPECT_EQ(files_in(other.directory), 1u) << "the lock alone";
  }
  EXPECT_TRUE(Store::init(files(), other.directory, {}));
  EXPECT_TRUE(files().lock(other.lock())) << "let go of when it is done";
}

TEST_F(StoreTest, SaysThatAFolderIsNoStore) {
  const auto store = Store::open(files(), directory_.path(), Access::read, options());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::failed);
  EXPECT_NE(store.error().message().find("not a penstock store"), std::string::npos);
}

TEST_F(StoreTest, LocksOutASecondWriterButNoReader) {
  const auto writer = open(Access::write);
  const auto second = try_open(Access::write);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::locked);
  EXPECT_TRUE(open(Access::read));
}

TEST_F(StoreTest, TellsDamageOfItsConfigurationFromANewerFormat) {
  const auto whole = contents(paths().config());
  flip(paths().config(), 90);
  EXPECT_EQ(try_open(Access::read).error().code, Errc::corrupt);
  EXPECT_EQ(try_open(Access::write).error().code, Errc::corrupt);
  replace(paths().config(), whole);
  EXPECT_TRUE(open(Access::write));
}

TEST_F(StoreTest, ClaimsEachBlockForOneCallerAlone) {
  const TestBlock a = text_block("a");
  const TestBlock b = text_block("b");
  const auto store = open(Access::write);
  const BlockMaker maker;
  ASSERT_TRUE(maker.append(*store, {a}));
  ASSERT_TRUE(maker.commit(*store, a.cid));
  const std::vector<Digest> digests = {a.cid.digest, b.cid.digest, b.cid.digest};
  std::vector<Claim> claims(3);
  ASSERT_TRUE(store->claim(digests, claims));
  EXPECT_EQ(claims, (std::vector<Claim>{Claim::present, Claim::yours, Claim::present}));
  ASSERT_TRUE(store->claim(digests, claims));
  EXPECT_EQ(claims, (std::vector<Claim>{Claim::present, Claim::present, Claim::present}));
  EXPECT_EQ(store->find(b.cid.digest).value(), std::nullopt);
}

TEST_F(StoreTest, AcknowledgesNothingWhileBlocksAreClaimedAndNotAppended) {
  const TestBlock given_up = text_block("claimed by a put that failed");
  const TestBlock other = text_block("other");
  const std::vector<Digest> digests = {given_up.cid.digest};
  std::vector<Claim> claims(1);
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(store->claim(digests, claims));
    EXPECT_EQ(claims[0], Claim::yours);
    // The next put of the same data is told that it is there.
    ASSERT_TRUE(store->claim(digests, claims));
    EXPECT_EQ(claims[0], Claim::present);
    ASSERT_TRUE(BlockMaker().append(*store, {other}));
    const auto made = BlockMaker().commit(*store, given_up.cid);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::failed);
    EXPECT_NE(made.error().message().find("1 blocks were claimed and not appended"), std::string::npos);
    EXPECT_FALSE(BlockMaker().append(*store, {given_up})) << "it is to be reopened";
  }
  const auto store = open(Access::write);
  EXPECT_TRUE(store->commits().empty());
  ASSERT_TRUE(store->claim(digests, claims));
  EXPECT_EQ(claims[0], Claim::yours);
  ASSERT_TRUE(BlockMaker().append(*store, {given_up}));
  EXPECT_TRUE(BlockMaker().commit(*store, given_up.cid));
}

TEST_F(StoreTest, KnowsItsBlocksInTheNextSession) {
  const TestBlock a = raw_block(1, 5000);
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {a}));
    ASSERT_TRUE(BlockMaker().commit(*store, a.cid));
  }
  const auto store = open(Access::write);
  Claim claim;
  ASSERT_TRUE(store->claim(std::span(&a.cid.digest, 1), std::span(&claim, 1)));
  EXPECT_EQ(claim, Claim::present);
}

TEST_F(StoreTest, SealsSegmentsAtTheirLimitAndReadsAcrossThem) {
  segment_options_.segment_bytes = 100'000;
  std::vector<TestBlock> blocks;
  {
    const auto store = open(Access::write);
    for (uint64_t i = 0; i < 40; ++i) {
      blocks.push_back(raw_block(i, 20'000));
      ASSERT_TRUE(BlockMaker().append(*store, {blocks.back()}));
    }
    ASSERT_TRUE(BlockMaker().commit(*store, blocks[0].cid));
  }
  EXPECT_EQ(files_in(paths().segments()), 10u);
  for (const auto& file : std::filesystem::directory_iterator(paths().segments())) {
    EXPECT_LE(file.file_size(), 100'000u);
  }
  const auto store = open(Access::read);
  for (const TestBlock& block : blocks) EXPECT_TRUE(holds(*store, block));
}

TEST_F(StoreTest, GoesOnInTheLastSegmentSoThatSmallCommitsDoNotMultiplyFiles) {
  for (uint64_t i = 0; i < 8; ++i) {
    const auto store = open(Access::write);
    const TestBlock block = raw_block(i, 100);
    ASSERT_TRUE(BlockMaker().append(*store, {block}));
    ASSERT_TRUE(BlockMaker().commit(*store, block.cid));
  }
  EXPECT_EQ(files_in(paths().segments()), 1u);
  EXPECT_EQ(files_in(paths().set_aside()), 0u);
  const auto store = open(Access::read);
  EXPECT_EQ(store->commits().size(), 8u);
  for (uint64_t i = 0; i < 8; ++i) EXPECT_TRUE(holds(*store, raw_block(i, 100)));
}

TEST_F(StoreTest, OpeningItChangesNothing) {
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().commit(*store, text_block("").cid));
  }
  const auto log = contents(paths().log());
  const auto segment = contents(paths().segment(1));
  notices_.clear();
  open(Access::write).reset();
  EXPECT_EQ(contents(paths().log()), log);
  EXPECT_EQ(contents(paths().segment(1)), segment);
  EXPECT_TRUE(notices_.empty()) << notices_[0];
}

TEST_F(StoreTest, ReadersSeeWhatWasCommittedBesideAWriterAtWork) {
  const TestBlock committed = text_block("committed");
  const TestBlock pending = text_block("pending");
  const auto writer = open(Access::write);
  ASSERT_TRUE(BlockMaker().append(*writer, {committed}));
  ASSERT_TRUE(BlockMaker().commit(*writer, committed.cid));
  ASSERT_TRUE(BlockMaker().append(*writer, {pending}));
  const auto reader = open(Access::read);
  EXPECT_TRUE(holds(*reader, committed));
  EXPECT_EQ(reader->find(pending.cid.digest).value(), std::nullopt);
  ASSERT_TRUE(BlockMaker().commit(*writer, pending.cid));
  EXPECT_EQ(reader->find(pending.cid.digest).value(), std::nullopt)
      << "a reader does not change under its user";
  EXPECT_TRUE(holds(*open(Access::read), pending));
}

TEST_F(StoreTest, ReadsOnADirectoryThatItCannotWriteTo) {
  const TestBlock block = text_block("x");
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {block}));
    ASSERT_TRUE(BlockMaker().commit(*store, block.cid));
  }
  const auto listing = [&] {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
      names.push_back(entry.path().string() +
                      std::to_string(entry.last_write_time().time_since_epoch().count()));
    }
    std::ranges::sort(names);
    return names;
  };
  const auto before = listing();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
    std::filesystem::permissions(entry, std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::remove);
  }
  EXPECT_TRUE(holds(*open(Access::read), block));
  // Root may write in spite of modes, so that it is looked at whether anything was.
  EXPECT_EQ(listing(), before);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
    std::filesystem::permissions(entry, std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
  }
}

TEST_F(StoreTest, RefusesToCommitABlockThatWasNotAppended) {
  const auto store = open(Access::write);
  EXPECT_FALSE(store->commit(text_block("no", Multicodec::dag_cbor).cid));
  EXPECT_FALSE(BlockMaker().commit(*store, text_block("").cid)) << "a store that failed stays so";
  EXPECT_TRUE(open(Access::read)->commits().empty());
}

TEST_F(StoreTest, HandsBatchesToTheIndexAndFindsBlocksThroughout) {
  std::vector<TestBlock> blocks;
  {
    const auto store = open(Access::write);
    for (uint64_t i = 0; i < 100; ++i) {
      std::vector<TestBlock> frame;
      for (uint64_t k = 0; k < 100; ++k) frame.push_back(raw_block(1000 * i + k, 8));
      ASSERT_TRUE(BlockMaker().append(*store, frame));
      blocks.push_back(frame[i]);
    }
    for (const TestBlock& block : blocks) EXPECT_TRUE(holds(*store, block));
    ASSERT_TRUE(BlockMaker().commit(*store, blocks[0].cid));
  }
  const auto store = open(Access::read);
  for (const TestBlock& block : blocks) EXPECT_TRUE(holds(*store, block));
  EXPECT_TRUE(notices_.empty());
}

}  // namespace
}  // namespace penstock
