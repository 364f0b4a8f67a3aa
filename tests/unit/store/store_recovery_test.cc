// SPDX-License-Identifier: Apache-2.0
// What a writer finds when the one before it was cut off.
#include <filesystem>

#include "dag/directory_builder.h"
#include "store/file_header.h"
#include "store/record_header.h"
#include "unit/store/failing_file_system.h"
#include "unit/store/store_fixture.h"

namespace penstock {
namespace {

class StoreRecoveryTest : public StoreFixture {
 protected:
  // One commit of `acknowledged_`, then `later_` appended and never committed.
  void interrupt(const std::vector<TestBlock>& later) {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {acknowledged_}));
    ASSERT_TRUE(BlockMaker().commit(*store, acknowledged_.cid));
    watermark_ = store->segments()[0].bytes;
    for (const TestBlock& block : later) ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {block}));
  }
  std::vector<std::string> set_aside() { return files().list(paths().set_aside()).value(); }
  void cut(const std::string& file, size_t size) {
    auto bytes = contents(file);
    bytes.resize(size);
    replace(file, bytes);
  }
  // Every byte that segment 1 held lies in it still, or where a piece's name says.
  void expect_nothing_lost(const std::vector<uint8_t>& before) {
    auto now = contents(paths().segment(1));
    const size_t kept = now.size();
    std::vector<bool> there(before.size());
    std::fill_n(there.begin(), kept, true);
    now.resize(before.size());
    for (const std::string& name : set_aside()) {
      const auto piece = contents(paths().set_aside() + "/" + name);
      const size_t at = std::stoul(name.substr(name.find(".at-") + 4));
      ASSERT_LE(at + piece.size(), before.size()) << name;
      std::fill_n(there.begin() + static_cast<ptrdiff_t>(at), piece.size(), true);
      std::ranges::copy(piece, now.begin() + static_cast<ptrdiff_t>(at));
    }
    EXPECT_TRUE(std::ranges::all_of(there, [](bool is) { return is; }));
    EXPECT_EQ(now, before);
  }

  const TestBlock acknowledged_ = raw_block(1, 3000);
  uint32_t watermark_ = 0;
};

TEST_F(StoreRecoveryTest, SetsAsideWhatNobodyAcknowledgedAndDestroysNothing) {
  const TestBlock lost = raw_block(2, 2000);
  interrupt({lost});
  const auto before = contents(paths().segment(1));
  const auto store = open(Access::write);
  EXPECT_TRUE(holds(*store, acknowledged_));
  EXPECT_EQ(store->find(lost.cid.digest).value(), std::nullopt);
  ASSERT_EQ(set_aside(), std::vector<std::string>{"00000001.seg.at-" + std::to_string(watermark_)});
  const auto aside = contents(paths().set_aside() + "/" + set_aside()[0]);
  EXPECT_TRUE(std::ranges::equal(aside, Bytes(before).subspan(watermark_)));
  EXPECT_EQ(contents(paths().segment(1)).size(), watermark_);
  EXPECT_TRUE(noticed("set-aside"));
}

TEST_F(StoreRecoveryTest, MovesWholeSegmentsAsideThatNoCommitNames) {
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {acknowledged_}));
  }
  open(Access::write).reset();
  EXPECT_EQ(set_aside(), std::vector<std::string>{"00000001.seg"});
  EXPECT_TRUE(files().list(paths().segments()).value().empty());
}

TEST_F(StoreRecoveryTest, ClaimsWhatWasSetAsideAnew) {
  const TestBlock lost = raw_block(2, 2000);
  interrupt({lost});
  for (int session = 0; session < 3; ++session) {
    const auto store = open(Access::write);
    // Something else comes to lie where it lay.
    const TestBlock other = raw_block(100 + session, 2000);
    ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {other}));
    ASSERT_TRUE(BlockMaker().commit(*store, other.cid));
    EXPECT_FALSE(holds(*store, lost));
    Claim claim;
    ASSERT_TRUE(store->claim(std::span(&lost.cid.digest, 1), std::span(&claim, 1)));
    EXPECT_EQ(claim, Claim::yours) << session;
  }
}

TEST_F(StoreRecoveryTest, NeverUsesTheNumberOfASegmentAgain) {
  for (int i = 0; i < 3; ++i) {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {raw_block(i, 500)}));
  }
  std::filesystem::remove_all(paths().index());
  open(Access::write).reset();
  EXPECT_EQ(set_aside(), (std::vector<std::string>{"00000001.seg", "00000002.seg", "00000003.seg"}));
  const auto store = open(Access::write);
  ASSERT_TRUE(BlockMaker().append(*store, {acknowledged_}));
  ASSERT_TRUE(BlockMaker().commit(*store, acknowledged_.cid));
  EXPECT_EQ(store->segments()[0].segment, 4u);
}

TEST_F(StoreRecoveryTest, SetsTheSameTailAsideTwiceRatherThanOverwriteIt) {
  interrupt({raw_block(2, 700)});
  const std::string name = "00000001.seg.at-" + std::to_string(watermark_);
  const auto taken = files().create(paths().set_aside() + "/" + name);
  ASSERT_TRUE(taken);
  open(Access::write).reset();
  EXPECT_EQ(set_aside(), (std::vector<std::string>{name, name + "-2"}));
  EXPECT_TRUE(contents(paths().set_aside() + "/" + name).empty());
}

TEST_F(StoreRecoveryTest, SetsALongTailAsidePieceByPieceWhereverThatIsCutOff) {
  std::vector<TestBlock> later;
  for (uint64_t i = 0; i < 7; ++i) later.push_back(raw_block(10 + i, 512 << 10));
  interrupt(later);
  const auto before = contents(paths().segment(1));
  const auto log = contents(paths().log());
  index_factory_ = MemoryIndex::factory();
  bool done = false;
  for (int64_t changes = 0; !done; ++changes) {
    SCOPED_TRACE(testing::Message() << "cut off after " << changes << " changes");
    ASSERT_LT(changes, 100);
    std::filesystem::remove_all(paths().set_aside());
    ASSERT_TRUE(files().make_directory(paths().set_aside()));
    replace(paths().log(), log);
    replace(paths().segment(1), before);
    FailingFileSystem failing;
    failing.changes_left = changes;
    done = Store::open(failing, path(), Access::write, options()).has_value() && failing.changes_left >= 0;
    expect_nothing_lost(before);
    const auto store = open(Access::write);
    ASSERT_TRUE(store);
    EXPECT_EQ(contents(paths().segment(1)).size(), watermark_);
    expect_nothing_lost(before);
    for (const std::string& name : set_aside()) {
      EXPECT_LE(std::filesystem::file_size(paths().set_aside() + "/" + name), 1u << 20) << name;
    }
  }
  EXPECT_EQ(set_aside().size(), 4u);
}

TEST_F(StoreRecoveryTest, OpensWhateverIsLeftOfARecordThatWasNotAcknowledged) {
  const TestBlock torn = raw_block(2, 150);
  interrupt({torn});
  const auto whole = contents(paths().segment(1));
  const auto log = contents(paths().log());
  index_factory_ = MemoryIndex::factory();
  for (size_t size = watermark_; size <= whole.size(); ++size) {
    for (const auto& entry : std::filesystem::directory_iterator(paths().set_aside())) {
      std::filesystem::remove(entry);
    }
    replace(paths().log(), log);
    replace(paths().segment(1), whole);
    cut(paths().segment(1), size);
    const auto store = open(Access::write);
    ASSERT_TRUE(store) << size;
    EXPECT_TRUE(holds(*store, acknowledged_)) << size;
    EXPECT_EQ(set_aside().size(), size > watermark_ ? 1u : 0u) << size;
    EXPECT_EQ(contents(paths().segment(1)).size(), watermark_) << size;
  }
}

TEST_F(StoreRecoveryTest, RecoversACommitThatIsWholeAndOnlyNotAcknowledged) {
  const TestBlock leaf = raw_block(2, 4000);
  TestBlock commit;
  interrupt({});
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {leaf}));
    commit = BlockMaker().append_commit(*store, leaf.cid).value();
  }
  const auto store = open(Access::write);
  ASSERT_EQ(store->commits().size(), 2u);
  EXPECT_EQ(store->commits()[1].cid, commit.cid);
  EXPECT_TRUE(holds(*store, leaf));
  EXPECT_TRUE(noticed("recovered commit " + commit.cid.text()));
  EXPECT_TRUE(set_aside().empty());
  EXPECT_EQ(open(Access::read)->commits().size(), 2u);
}

TEST_F(StoreRecoveryTest, RecoversACommitOfATreeAcrossSegments) {
  segment_options_.segment_bytes = 4000;
  interrupt({});
  std::vector<TestBlock> leaves;
  TestBlock directory;
  {
    const auto store = open(Access::write);
    struct Sink final : BlockSink {
      Status put(const Cid& cid, Bytes block) override {
        made = {cid, {block.begin(), block.end()}};
        return {};
      }
      TestBlock made;
    } sink;
    DirectoryBuilder builder(sink);
    for (uint64_t i = 0; i < 6; ++i) {
      leaves.push_back(raw_block(10 + i, 1500));
      ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {leaves.back()}));
      ASSERT_TRUE(builder.add("file" + std::to_string(i), {leaves.back().cid, 1500, 1500}));
    }
    ASSERT_TRUE(builder.finish());
    directory = sink.made;
    ASSERT_TRUE(BlockMaker().append(*store, {directory}));
    ASSERT_TRUE(BlockMaker().append_commit(*store, directory.cid));
  }
  const auto store = open(Access::write);
  EXPECT_EQ(store->commits().size(), 2u);
  for (const TestBlock& leaf : leaves) EXPECT_TRUE(holds(*store, leaf));
  EXPECT_TRUE(holds(*store, directory));
}

TEST_F(StoreRecoveryTest, DoesNotRecoverACommitThatLacksABlock) {
  interrupt({});
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append_commit(*store, raw_block(2, 4000).cid));
  }
  const auto store = open(Access::write);
  EXPECT_EQ(store->commits().size(), 1u);
  EXPECT_EQ(set_aside().size(), 1u);
}

TEST_F(StoreRecoveryTest, DoesNotRecoverACommitOneOfWhoseBlocksIsDamaged) {
  interrupt({});
  const TestBlock leaf = raw_block(2, 4000);
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {leaf}));
    ASSERT_TRUE(BlockMaker().append_commit(*store, leaf.cid));
  }
  flip(paths().segment(1), watermark_ + 2000);
  const auto store = open(Access::write);
  EXPECT_EQ(store->commits().size(), 1u);
  EXPECT_EQ(store->find(leaf.cid.digest).value(), std::nullopt);
}

TEST_F(StoreRecoveryTest, KeepsAcknowledgedBlocksThatATailHoldsAgain) {
  interrupt({});
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {acknowledged_}));  // a second copy, beyond the watermark
    ASSERT_TRUE(BlockMaker().append_commit(*store, raw_block(2, 4000).cid));
  }
  std::filesystem::remove_all(paths().index());  // a new one knows what is acknowledged alone
  for (int session = 0; session < 2; ++session) {
    const auto store = open(Access::write);
    EXPECT_EQ(store->commits().size(), 1u);
    EXPECT_TRUE(holds(*store, acknowledged_));
    EXPECT_TRUE(holds(*open(Access::read), acknowledged_));
  }
}

TEST_F(StoreRecoveryTest, SetsAsideATornLogAndGoesOn) {
  interrupt({});
  const auto log = contents(paths().log());
  for (size_t extra = 1; extra < 70; extra += 3) {
    auto torn = log;
    torn.insert(torn.end(), log.begin() + kFileHeaderBytes, log.begin() + kFileHeaderBytes + extra);
    replace(paths().log(), torn);
    const auto store = open(Access::write);
    EXPECT_EQ(store->commits().size(), 1u);
    EXPECT_TRUE(holds(*store, acknowledged_));
    EXPECT_EQ(contents(paths().log()), log) << extra;
  }
}

TEST_F(StoreRecoveryTest, WritesTheSecondCopyOfTheLastLogRecordAgain) {
  interrupt({});
  const auto log = contents(paths().log());
  cut(paths().log(), kFileHeaderBytes + (log.size() - kFileHeaderBytes) / 2);
  open(Access::write).reset();
  EXPECT_EQ(contents(paths().log()), log);
}

TEST_F(StoreRecoveryTest, FindsAgainWhatADamagedLogRecordAcknowledged) {
  segment_options_.segment_bytes = 3000;
  std::vector<TestBlock> blocks;
  std::vector<size_t> log_sizes;
  {
    const auto store = open(Access::write);
    for (uint64_t i = 0; i < 3; ++i) {
      for (int k = 0; k < 3; ++k) {
        blocks.push_back(raw_block(10 * i + k, 1500));
        ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {blocks.back()}));
      }
      log_sizes.push_back(contents(paths().log()).size());
      ASSERT_TRUE(BlockMaker().commit(*store, blocks.back().cid));
    }
  }
  // Both copies of the second record.
  auto log = contents(paths().log());
  for (size_t at = log_sizes[1]; at < log_sizes[2]; ++at) log[at] = 0x55;
  replace(paths().log(), log);
  {
    const auto reader = open(Access::read);
    for (const TestBlock& block : blocks) EXPECT_TRUE(holds(*reader, block));
    EXPECT_TRUE(noticed("records are lost"));
  }
  {
    const auto writer = open(Access::write);
    for (const TestBlock& block : blocks) EXPECT_TRUE(holds(*writer, block));
    EXPECT_EQ(writer->commits().size(), 2u);
  }
  EXPECT_TRUE(set_aside().empty());
}

TEST_F(StoreRecoveryTest, RebuildsAnIndexThatIsMissing) {
  interrupt({});
  std::filesystem::remove_all(paths().index());
  EXPECT_TRUE(holds(*open(Access::read), acknowledged_));
  notices_.clear();
  EXPECT_TRUE(holds(*open(Access::write), acknowledged_));
  EXPECT_TRUE(noticed("the index was missing and is rebuilt"));
  notices_.clear();
  EXPECT_TRUE(holds(*open(Access::read), acknowledged_));
  EXPECT_TRUE(notices_.empty());
}

TEST_F(StoreRecoveryTest, RebuildsAnIndexThatIsGarbage) {
  interrupt({});
  for (const auto& entry : std::filesystem::directory_iterator(paths().index())) {
    if (entry.file_size() > 0) replace(entry.path(), random_bytes(1, 100));
  }
  EXPECT_TRUE(holds(*open(Access::read), acknowledged_));
  EXPECT_TRUE(noticed("reading the segments instead"));
  EXPECT_TRUE(holds(*open(Access::write), acknowledged_));
  EXPECT_TRUE(noticed("rebuilt"));
  notices_.clear();
  EXPECT_TRUE(holds(*open(Access::read), acknowledged_));
  EXPECT_TRUE(notices_.empty());
}

TEST_F(StoreRecoveryTest, ReadsOnWhereTheIndexIsBehind) {
  interrupt({});
  const std::string old = directory_.path() + "/old-index";
  std::filesystem::copy(paths().index(), old);
  const TestBlock later = raw_block(9, 900);
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker().append(*store, {later}));
    ASSERT_TRUE(BlockMaker().commit(*store, later.cid));
  }
  std::filesystem::remove_all(paths().index());
  std::filesystem::rename(old, paths().index());
  EXPECT_TRUE(holds(*open(Access::read), later));
  EXPECT_TRUE(holds(*open(Access::write), later));
  EXPECT_TRUE(holds(*open(Access::read), acknowledged_));
}

TEST_F(StoreRecoveryTest, IsNotFooledByAnIndexThatIsAhead) {
  interrupt({});
  const auto log = contents(paths().log());
  const auto segment = contents(paths().segment(1));
  const TestBlock gone = raw_block(9, 900);
  {
    const auto store = open(Access::write);
    ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {gone}));
    ASSERT_TRUE(BlockMaker().commit(*store, gone.cid));
  }
  // The store comes back from a copy; the index does not.
  replace(paths().log(), log);
  replace(paths().segment(1), segment);
  EXPECT_EQ(open(Access::read)->find(gone.cid.digest).value(), std::nullopt);
  const auto store = open(Access::write);
  Claim claim;
  const TestBlock other = raw_block(10, 900);
  ASSERT_TRUE(BlockMaker(CodecId::stored).append(*store, {other}));
  ASSERT_TRUE(BlockMaker().commit(*store, other.cid));
  ASSERT_TRUE(store->claim(std::span(&gone.cid.digest, 1), std::span(&claim, 1)));
  EXPECT_EQ(claim, Claim::yours);
}

}  // namespace
}  // namespace penstock
