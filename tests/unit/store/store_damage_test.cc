// SPDX-License-Identifier: Apache-2.0
// What becomes of a store whose bytes changed on the disk.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "store/file_header.h"
#include "store/record_header.h"
#include "store/segment_footer.h"
#include "store/store_check.h"
#include "unit/base/random_seed.h"
#include "unit/store/store_fixture.h"

namespace penstock {
namespace {

class StoreDamageTest : public StoreFixture {
 protected:
  // Two segments: a sealed one and one that is not.
  void SetUp() override {
    StoreFixture::SetUp();
    segment_options_.segment_bytes = 4400;
    const auto store = open(Access::write);
    for (uint64_t i = 0; i < 5; ++i) {
      blocks_.push_back(raw_block(2 * i, 400));
      blocks_.push_back(text_block(std::string(300, static_cast<char>('a' + i))));
      ASSERT_TRUE(BlockMaker().append(*store, {blocks_[2 * i], blocks_[2 * i + 1]}));
    }
    ASSERT_TRUE(BlockMaker().commit(*store, blocks_[0].cid));
    ASSERT_EQ(store->segments().size(), 1u);
    for (uint64_t i = 0; i < 3; ++i) {
      blocks_.push_back(raw_block(100 + i, 500));
      ASSERT_TRUE(BlockMaker().append(*store, {blocks_.back()}));
    }
    ASSERT_TRUE(BlockMaker().commit(*store, blocks_[0].cid));
    ASSERT_EQ(store->segments().size(), 2u);
  }
  struct Checked {
    CheckTotals totals;
    std::vector<StoreDamage> damages;
  };
  Checked check(Access access, unsigned threads = 2) {
    Checked checked;
    StoreCheckOptions options;
    options.threads = threads;
    options.damage = [&](const StoreDamage& damage) { checked.damages.push_back(damage); };
    checked.totals = check_store(*open(access), options).value().totals;
    return checked;
  }

  std::vector<TestBlock> blocks_;
};

TEST_F(StoreDamageTest, CheckReadsEveryByteOfASoundStore) {
  const Checked checked = check(Access::read);
  uint64_t bytes = contents(paths().config()).size() + contents(paths().log()).size();
  for (uint32_t segment : {1, 2}) bytes += contents(paths().segment(segment)).size();
  EXPECT_EQ(checked.totals.bytes_read, bytes);
  EXPECT_EQ(checked.totals.segments, 2u);
  EXPECT_EQ(checked.totals.blocks, blocks_.size() + 2);
  EXPECT_EQ(checked.totals.damages, 0u);
  EXPECT_TRUE(checked.damages.empty());
}

TEST_F(StoreDamageTest, CheckNamesEveryFlippedBitOfASegmentAndReadsAreRightOrFail) {
  index_factory_ = MemoryIndex::factory();
  const uint64_t seed = process_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (uint32_t segment : {1u, 2u}) {
    const auto whole = contents(paths().segment(segment));
    for (size_t at = 0; at < whole.size(); ++at) {
      flip(paths().segment(segment), at, static_cast<uint8_t>(1 << random() % 8));
      const Checked checked = check(Access::read, 1);
      ASSERT_EQ(checked.totals.damages, 1u) << "segment " << segment << ", byte " << at;
      EXPECT_EQ(checked.damages[0].file, paths().segment(segment));
      EXPECT_LE(checked.damages[0].begin, at);
      EXPECT_GT(checked.damages[0].end, at);
      if (at % 16 == 0) {
        const auto store = open(Access::read);
        const auto reader = store->new_reader();
        for (const TestBlock& block : blocks_) {
          const auto read = reader->read(block.cid);
          EXPECT_TRUE(read ? std::ranges::equal(*read, block.bytes) : read.error().code == Errc::corrupt)
              << "segment " << segment << ", byte " << at;
        }
      }
      replace(paths().segment(segment), whole);
    }
  }
}

TEST_F(StoreDamageTest, CheckNamesDamageOfTheLogThatCostNothing) {
  flip(paths().log(), contents(paths().log()).size() / 2);
  const Checked checked = check(Access::read);
  ASSERT_EQ(checked.damages.size(), 1u);
  EXPECT_EQ(checked.damages[0].file, paths().log());
  EXPECT_FALSE(checked.damages[0].range);
  EXPECT_EQ(open(Access::read)->commits().size(), 2u);
}

TEST_F(StoreDamageTest, NamesTheBlocksOfADamagedRecord) {
  const auto store = open(Access::read);
  const Placement at = store->find(blocks_[2].cid.digest).value().value();
  flip(paths().segment(at.segment), at.record + 4);
  const Checked checked = check(Access::read);
  ASSERT_EQ(checked.damages.size(), 1u);
  // The head is unreadable, but the footer knows.
  EXPECT_THAT(checked.damages[0].digests,
              testing::UnorderedElementsAre(blocks_[2].cid.digest, blocks_[3].cid.digest));
  const auto read = store->new_reader()->read(blocks_[2].cid);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::corrupt);
  EXPECT_NE(read.error().message().find(blocks_[2].cid.text()), std::string::npos);
  EXPECT_NE(read.error().message().find(segment_file_name(at.segment)), std::string::npos);
}

TEST_F(StoreDamageTest, PuttingAgainHealsWhatIsQuarantined) {
  const Placement at = open(Access::read)->find(blocks_[2].cid.digest).value().value();
  flip(paths().segment(at.segment), at.record + 400);
  EXPECT_EQ(check(Access::write).totals.damages, 1u);
  {
    const auto store = open(Access::write);
    ASSERT_EQ(store->quarantined().size(), 1u);
    EXPECT_EQ(store->find(blocks_[2].cid.digest).value(), std::nullopt);
    EXPECT_EQ(store->new_reader()->read(blocks_[2].cid).error().code, Errc::corrupt);
    const std::vector<Digest> digests = {blocks_[2].cid.digest, blocks_[3].cid.digest, blocks_[4].cid.digest};
    std::vector<Claim> claims(3);
    ASSERT_TRUE(store->claim(digests, claims));
    EXPECT_EQ(claims, (std::vector<Claim>{Claim::yours, Claim::yours, Claim::present}));
    ASSERT_TRUE(BlockMaker().append(*store, {blocks_[2], blocks_[3]}));
    EXPECT_TRUE(holds(*store, blocks_[2]));
    ASSERT_TRUE(BlockMaker().commit(*store, blocks_[2].cid));
  }
  const Checked healed = check(Access::read);
  EXPECT_EQ(healed.totals.damages, 0u);
  ASSERT_EQ(healed.damages.size(), 1u);
  EXPECT_TRUE(healed.damages[0].healed);
  for (const bool index : {true, false}) {
    if (!index) std::filesystem::remove_all(paths().index());
    for (const TestBlock& block : blocks_) EXPECT_TRUE(holds(*open(Access::read), block)) << index;
  }
}

TEST_F(StoreDamageTest, WhatIsWholeAgainLeavesTheQuarantineForGood) {
  const Placement at = open(Access::read)->find(blocks_[2].cid.digest).value().value();
  flip(paths().segment(at.segment), at.record + 400);
  EXPECT_EQ(check(Access::write).totals.damages, 1u);
  EXPECT_TRUE(files().exists(paths().quarantine()).value());
  flip(paths().segment(at.segment), at.record + 400);
  {
    const auto reader = open(Access::read);
    EXPECT_EQ(reader->find(blocks_[2].cid.digest).value(), std::nullopt);
    EXPECT_TRUE(holds(*reader, blocks_[2])) << "its bytes are right, whatever is noted";
    EXPECT_EQ(check_store(*reader, {}).value().totals.damages, 0u);
    EXPECT_EQ(reader->find(blocks_[2].cid.digest).value(), at);
    EXPECT_TRUE(files().exists(paths().quarantine()).value()) << "a reader writes nothing";
  }
  EXPECT_EQ(check(Access::write).totals.damages, 0u);
  EXPECT_FALSE(files().exists(paths().quarantine()).value());
  const auto store = open(Access::write);
  EXPECT_TRUE(store->quarantined().empty());
  Claim claim;
  ASSERT_TRUE(store->claim(std::span(&blocks_[2].cid.digest, 1), std::span(&claim, 1)));
  EXPECT_EQ(claim, Claim::present);
}

TEST_F(StoreDamageTest, OnlyWhatIsWholeAgainLeavesTheQuarantine) {
  const auto placement = [&](const TestBlock& block) {
    return open(Access::read)->find(block.cid.digest).value().value();
  };
  const Placement first = placement(blocks_[2]);
  const Placement second = placement(blocks_[4]);
  for (const Placement& at : {first, second}) flip(paths().segment(1), at.record + 400);
  EXPECT_EQ(check(Access::write).totals.damages, 2u);
  flip(paths().segment(1), first.record + 400);
  EXPECT_EQ(check(Access::write).totals.damages, 1u);
  const auto store = open(Access::read);
  ASSERT_EQ(store->quarantined().size(), 1u);
  EXPECT_EQ(store->quarantined()[0].begin, second.record);
  EXPECT_EQ(store->find(blocks_[2].cid.digest).value(), first);
  EXPECT_EQ(store->find(blocks_[4].cid.digest).value(), std::nullopt);
}

TEST_F(StoreDamageTest, ASegmentThatWasAwayIsTakenBackThoughTheIndexWasRebuiltMeanwhile) {
  const std::string away = directory_.path() + "/away";
  for (const auto& factory : {IndexFactory(), MemoryIndex::factory()}) {
    index_factory_ = factory;
    std::filesystem::rename(paths().segment(1), away);
    std::filesystem::remove_all(paths().index());
    EXPECT_FALSE(holds(*open(Access::write), blocks_[0]));
    std::filesystem::rename(away, paths().segment(1));
    {
      const auto reader = open(Access::read);
      EXPECT_EQ(check_store(*reader, {}).value().totals.damages, 0u);
      for (const TestBlock& block : blocks_) EXPECT_TRUE(reader->find(block.cid.digest).value());
    }
    EXPECT_EQ(check(Access::write).totals.damages, 0u);
    const auto store = open(Access::write);
    EXPECT_TRUE(store->quarantined().empty());
    for (const TestBlock& block : blocks_) EXPECT_TRUE(holds(*store, block));
    std::vector<Claim> claims(1);
    ASSERT_TRUE(store->claim(std::span(&blocks_[0].cid.digest, 1), claims));
    EXPECT_EQ(claims[0], Claim::present);
  }
}

TEST_F(StoreDamageTest, WhatWasPutAgainStaysWhereItIsReadableWhenTheOldCopyIsWholeAgain) {
  const Placement old = open(Access::read)->find(blocks_[2].cid.digest).value().value();
  flip(paths().segment(old.segment), old.record + 400);
  EXPECT_EQ(check(Access::write).totals.damages, 1u);
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {blocks_[2], blocks_[3]}));
    ASSERT_TRUE(BlockMaker().commit(*store, blocks_[2].cid));
  }
  flip(paths().segment(old.segment), old.record + 400);
  EXPECT_EQ(check(Access::write).totals.damages, 0u);
  flip(paths().segment(old.segment), old.record + 400);
  EXPECT_TRUE(holds(*open(Access::read), blocks_[2]));
}

TEST_F(StoreDamageTest, ADamagedQuarantineLogIsNamedOnceAndWrittenAnew) {
  flip(paths().segment(1), SegmentHeader::kBytes + 200);
  EXPECT_EQ(check(Access::write).totals.damages, 1u);
  const auto whole = contents(paths().quarantine());
  // The header, and a record: only the latter is found again among the segments.
  for (const size_t at : {size_t{9}, whole.size() - 1}) {
    flip(paths().quarantine(), at);
    EXPECT_EQ(check(Access::write).totals.damages, 2u) << at;
    EXPECT_EQ(contents(paths().quarantine()), whole) << at;
  }
  EXPECT_EQ(check(Access::write).totals.damages, 1u);
}

TEST_F(StoreDamageTest, MendsEveryFlippedBitOfTheLog) {
  index_factory_ = MemoryIndex::factory();
  const auto whole = contents(paths().log());
  const auto commits = [&] {
    std::vector<std::string> cids;
    const auto store = open(Access::read);
    for (const LoggedCommit& commit : store->commits()) cids.push_back(commit.cid.text());
    return cids;
  };
  const auto before = commits();
  ASSERT_EQ(before.size(), 2u);
  for (size_t at = 0; at < whole.size(); ++at) {
    flip(paths().log(), at);
    const auto damaged = check(Access::write);
    EXPECT_EQ(contents(paths().log()), whole) << at;
    // Opening has written the last record's second copy again.
    const size_t copy = LogRecord::kHeaderBytes + 2 * Watermark::kBytes + sizeof(uint32_t);
    EXPECT_EQ(damaged.totals.damages, at < whole.size() - copy ? 1u : 0u) << at;
    EXPECT_EQ(check(Access::write).totals.damages, 0u) << at;
    EXPECT_EQ(commits(), before) << at;
    replace(paths().log(), whole);
  }
  for (const TestBlock& block : blocks_) EXPECT_TRUE(holds(*open(Access::read), block));
}

TEST_F(StoreDamageTest, GoesOnInAMendedLog) {
  flip(paths().log(), kFileHeaderBytes + 3);
  const auto store = open(Access::write);
  EXPECT_EQ(check_store(*store, {}).value().totals.damages, 1u);
  EXPECT_TRUE(noticed("commits.log: it is mended"));
  ASSERT_TRUE(BlockMaker().commit(*store, blocks_[2].cid));
  EXPECT_EQ(store->commits().size(), 3u);
  EXPECT_EQ(open(Access::read)->commits().size(), 3u);
  EXPECT_EQ(check(Access::read).totals.damages, 0u);
}

TEST_F(StoreDamageTest, DoesNotMendALogThatLacksARecord) {
  auto log = contents(paths().log());
  const size_t record = (log.size() - kFileHeaderBytes) / 2;
  for (size_t at = kFileHeaderBytes; at < kFileHeaderBytes + record; ++at) log[at] = 0x55;
  replace(paths().log(), log);
  open(Access::write).reset();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(check(Access::write).totals.damages, 1u);
  EXPECT_TRUE(std::ranges::equal(Bytes(contents(paths().log())).first(log.size()), log));
  EXPECT_FALSE(files().exists(paths().log() + ".new").value());
}

TEST_F(StoreDamageTest, MendsEveryFlippedBitOfAHeaderOrFooter) {
  index_factory_ = MemoryIndex::factory();
  const uint64_t seed = process_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  const auto whole = contents(paths().segment(1));
  const uint32_t footer = load_le<uint32_t>(&whole[whole.size() - 8]);
  ASSERT_LT(footer, whole.size());
  for (size_t at = 0; at < whole.size(); ++at) {
    if (at >= SegmentHeader::kBytes && at < footer) continue;
    flip(paths().segment(1), at, static_cast<uint8_t>(1 << random() % 8));
    EXPECT_EQ(check(Access::write).totals.damages, 1u) << at;
    EXPECT_EQ(contents(paths().segment(1)), whole) << at;
    EXPECT_EQ(check(Access::write).totals.damages, 0u) << at;
    EXPECT_TRUE(open(Access::read)->quarantined().empty()) << at;
  }
}

TEST_F(StoreDamageTest, WritesNoFooterOverADamagedRecordOfItsLength) {
  TemporaryDirectory fresh;
  std::swap(directory_, fresh);
  ASSERT_TRUE(Store::init(files(), path(), {}));
  constexpr size_t kBlocksBefore = 5;
  constexpr size_t kHeadBytes = RecordHeader::kBytes + ChunkTable::kEntryBytes;
  const TestBlock last = raw_block(1000, footer_bytes(kBlocksBefore) - kHeadBytes);
  {
    const auto store = open(Access::write);
    for (uint64_t i = 1; i < kBlocksBefore; ++i) ASSERT_TRUE(BlockMaker().append(*store, {raw_block(i, 50)}));
    const TestBlock commit = BlockMaker().append_commit(*store, last.cid).value();
    ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {last}));
    ASSERT_TRUE(store->commit(commit.cid));
  }
  const Placement at = open(Access::read)->find(last.cid.digest).value().value();
  ASSERT_EQ(contents(paths().segment(1)).size() - at.record, footer_bytes(kBlocksBefore));
  flip(paths().segment(1), at.record + 1);
  const auto damaged = contents(paths().segment(1));
  EXPECT_EQ(check(Access::write).totals.damages, 1u);
  EXPECT_EQ(contents(paths().segment(1)), damaged);
  flip(paths().segment(1), at.record + 1);
  EXPECT_EQ(check(Access::write).totals.damages, 0u);
  EXPECT_TRUE(holds(*open(Access::read), last));
}

TEST_F(StoreDamageTest, AMissingEndOrFileIsQuarantinedWhenAWriterOpens) {
  auto bytes = contents(paths().segment(2));
  bytes.resize(bytes.size() - 10);
  replace(paths().segment(2), bytes);
  std::filesystem::remove(paths().segment(1));
  EXPECT_FALSE(holds(*open(Access::read), blocks_[0]));
  const auto store = open(Access::write);
  EXPECT_GE(store->quarantined().size(), 2u);
  const auto reader = store->new_reader();
  for (const TestBlock& block : blocks_) {
    const auto read = reader->read(block.cid);
    EXPECT_TRUE(read ? std::ranges::equal(*read, block.bytes) : read.error().code == Errc::corrupt);
  }
  std::vector<Claim> claims(1);
  ASSERT_TRUE(store->claim(std::span(&blocks_[0].cid.digest, 1), claims));
  EXPECT_EQ(claims[0], Claim::yours);
}

TEST_F(StoreDamageTest, RecordsBehindADamagedOneStayUsableWithoutFooterAndIndex) {
  std::filesystem::remove_all(paths().index());
  flip(paths().segment(1), contents(paths().segment(1)).size() - 1);
  flip(paths().segment(1), SegmentHeader::kBytes + 1);
  const auto store = open(Access::write);
  EXPECT_FALSE(holds(*store, blocks_[0]));
  EXPECT_EQ(store->new_reader()->read(blocks_[0].cid).error().code, Errc::corrupt);
  for (size_t i = 2; i < blocks_.size(); ++i) EXPECT_TRUE(holds(*store, blocks_[i])) << i;
  EXPECT_TRUE(noticed("no readable record"));
}

TEST_F(StoreDamageTest, DoesNotTakeARecordInsideOfAPayloadForOneOfItsOwn) {
  // A store's segment is put into a store, uncompressed, and the record around it is damaged.
  const auto inner = contents(paths().segment(1));
  TestBlock outer{cid_of(Multicodec::raw, inner), inner};
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {outer}));
    ASSERT_TRUE(BlockMaker().commit(*store, outer.cid));
  }
  const Placement at = open(Access::read)->find(outer.cid.digest).value().value();
  flip(paths().segment(at.segment), at.record + 8);
  const Checked checked = check(Access::read);
  ASSERT_EQ(checked.totals.damages, 1u);
  EXPECT_EQ(checked.damages[0].begin, at.record);
  EXPECT_GT(checked.damages[0].end, at.record + inner.size());
}

TEST_F(StoreDamageTest, TheIndexIsReplacedInUseWhenItFails) {
  // An index that fails once it is asked.
  struct Failing final : Index {
    Status find(std::span<const Digest>, std::span<std::optional<Placement>>) override {
      return fail(Errc::failed, "index", "is broken");
    }
    Status insert(std::span<const IndexEntry>, std::span<const Coverage>) override {
      return fail(Errc::failed, "index", "is broken");
    }
    Status for_each_coverage(const std::function<void(Coverage)>& visit) override {
      for (uint32_t segment : {1u, 2u}) visit({segment, 64u << 20});
      return {};
    }
    Status flush() override { return {}; }
  };
  for (const Access access : {Access::read, Access::write}) {
    index_factory_ = [](const IndexOpening& opening) -> Result<std::unique_ptr<Index>> {
      if (opening.discard) return std::make_unique<MemoryIndex>();
      return std::make_unique<Failing>();
    };
    notices_.clear();
    const auto store = open(access);
    const TestBlock fresh = raw_block(999, 100);
    if (access == Access::write) {
      ASSERT_TRUE(BlockMaker().append(*store, {fresh}));
    }
    for (const TestBlock& block : blocks_) EXPECT_TRUE(holds(*store, block));
    EXPECT_TRUE(noticed("the index is damaged"));
    if (access == Access::write) {
      EXPECT_TRUE(holds(*store, fresh));
    }
  }
}

TEST_F(StoreDamageTest, RefusesWhatIsNoRegularFileInAFilesPlace) {
  const auto replace_by = [](const std::string& path, int (*make)(const std::string&)) {
    std::filesystem::remove_all(path);
    ASSERT_EQ(make(path), 0) << path;
  };
  for (const std::string& path : {paths().log(), paths().config(), paths().segment(1)}) {
    const auto whole = contents(path);
    for (const auto make : {+[](const std::string& name) { return ::mkfifo(name.c_str(), 0600); },
                            +[](const std::string& name) { return ::mkdir(name.c_str(), 0700); },
                            +[](const std::string& name) { return ::symlink("/dev/zero", name.c_str()); }}) {
      replace_by(path, make);
      for (const bool writable : {false, true}) {
        const auto file = files().open(path, writable);
        ASSERT_FALSE(file) << path;
        EXPECT_EQ(file.error().code, Errc::corrupt) << path;
        EXPECT_EQ(file.error().why, "is not a regular file") << path;
      }
      const auto store = try_open(Access::write);
      ASSERT_FALSE(store) << path;
      EXPECT_EQ(store.error().code, Errc::corrupt) << path;
      std::filesystem::remove_all(path);
    }
    ASSERT_TRUE(files().create(path));
    replace(path, whole);
    ASSERT_TRUE(open(Access::write)) << path;
  }
}

}  // namespace
}  // namespace penstock
