// SPDX-License-Identifier: Apache-2.0
// How much a reader of scattered blocks decodes, and that it hands out nothing that is wrong.
#include "base/limits.h"
#include "unit/store/store_fixture.h"

namespace penstock {
namespace {

constexpr size_t kBlocks = 16;
constexpr size_t kBlockBytes = 64 * kKiB;
constexpr size_t kDecodedAtATime = 128 * kKiB;  // a zstd block

class StoreReaderTest : public StoreFixture {
 protected:
  // A record of blocks that compress to half.
  std::vector<TestBlock> append(Store& store, uint64_t seed, CodecId codec = CodecId::zstd) {
    std::vector<TestBlock> blocks(kBlocks);
    for (size_t i = 0; i < kBlocks; ++i) {
      blocks[i].bytes = random_bytes(seed * kBlocks + i, kBlockBytes);
      for (uint8_t& byte : blocks[i].bytes) byte &= 15;
      blocks[i].cid = cid_of(Multicodec::raw, blocks[i].bytes);
    }
    EXPECT_TRUE(BlockMaker(codec).append(store, blocks));
    return blocks;
  }
  static bool reads(StoreReader& reader, const TestBlock& block) {
    const auto read = reader.read(block.cid);
    return read && std::ranges::equal(*read, block.bytes);
  }
};

TEST_F(StoreReaderTest, DecodesARecordOnceAndNoFurtherThanTheLastBlockAskedFor) {
  const auto store = open(Access::write);
  const auto blocks = append(*store, 1);
  const auto reader = store->new_reader(ReadPattern::scattered);
  for (const size_t place : {2, 3, 0, 9, 7}) {
    ASSERT_TRUE(reads(*reader, blocks[place])) << place;
    const size_t furthest = place < 4 ? (place == 2 ? 3 : 4) : 10;
    const uint64_t decoded = reader->counters().bytes_decoded;
    EXPECT_GE(decoded, furthest * kBlockBytes);
    EXPECT_LE(decoded, furthest * kBlockBytes + kDecodedAtATime) << place;
    EXPECT_EQ(reader->counters().records, 1u) << place;
  }
  EXPECT_EQ(reader->counters().bytes_digested, 5 * kBlockBytes) << "what is not handed out is not digested";
}

TEST_F(StoreReaderTest, DecodesARecordTwiceAtTheMostHoweverOftenOthersComeBetween) {
  const auto store = open(Access::write);
  const auto some = append(*store, 1);
  const auto others = append(*store, 2);
  const auto reader = store->new_reader(ReadPattern::scattered);
  for (size_t place = 0; place < kBlocks; ++place) {
    ASSERT_TRUE(reads(*reader, some[place])) << place;
    ASSERT_TRUE(reads(*reader, others[place])) << place;
  }
  EXPECT_EQ(reader->counters().records, 4u);
}

TEST_F(StoreReaderTest, ReadsANodeOnceHoweverManyLeavesComeBetween) {
  const auto store = open(Access::write);
  const TestBlock node = text_block(std::string(3000, 'n'), Multicodec::dag_pb);
  ASSERT_TRUE(BlockMaker().append(*store, {node}));
  std::vector<TestBlock> leaves;
  for (uint64_t i = 0; i < 2 * StoreReader::kFrames; ++i) leaves.push_back(append(*store, i)[0]);
  const auto reader = store->new_reader(ReadPattern::scattered);
  for (const TestBlock& leaf : leaves) ASSERT_TRUE(reads(*reader, node) && reads(*reader, leaf));
  ASSERT_TRUE(reads(*reader, node));
  EXPECT_EQ(reader->counters().records, 1 + leaves.size());
}

TEST_F(StoreReaderTest, HandsOutWhatIsRightOfADamagedRecordAndNothingElse) {
  for (const CodecId codec : {CodecId::stored, CodecId::lz4, CodecId::zstd, CodecId::deflate}) {
    const auto store = open(Access::write);
    const auto blocks = append(*store, 3 + static_cast<uint64_t>(codec), codec);
    ASSERT_TRUE(BlockMaker().commit(*store, blocks[0].cid));
    const Placement at = store->find(blocks[0].cid.digest).value().value();
    const uint64_t end = store->segments().back().bytes;
    flip(paths().segment(at.segment), at.record + (end - at.record) / 2, 16);
    size_t wrong = 0;
    const auto reader = store->new_reader(ReadPattern::scattered);
    for (int round = 0; round < 2; ++round) {
      for (const TestBlock& block : blocks) {
        const auto read = reader->read(block.cid);
        wrong += !read;
        EXPECT_TRUE(!read || std::ranges::equal(*read, block.bytes));
        EXPECT_TRUE(read || read.error().code == Errc::corrupt);
      }
    }
    EXPECT_GE(wrong, 2u) << "the damage was met in both rounds";
    EXPECT_TRUE(reads(*store->new_reader(ReadPattern::scattered), blocks[0])) << "it lies before the damage";
  }
}

}  // namespace
}  // namespace penstock
