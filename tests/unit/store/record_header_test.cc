// SPDX-License-Identifier: Apache-2.0
#include "store/record_header.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "unit/store/block_maker.h"
#include "unit/store/verified_frame.h"

namespace penstock {
namespace {

constexpr SegmentSeed kSeed{0x12345678};
constexpr uint32_t kOffset = 4711;

class RecordHeaderTest : public testing::Test {
 protected:
  std::vector<uint8_t> head() {
    std::vector<uint8_t> bytes(RecordHeader::kBytes + 2 * ChunkTable::kEntryBytes);
    const auto& block = frame_.block();
    encode_record_head(block, crc32c(block.payload()), kSeed, kOffset, bytes);
    return bytes;
  }

  std::vector<TestBlock> blocks_ = {text_block("one"), text_block("three", Multicodec::dag_pb)};
  VerifiedFrame frame_{blocks_};
};

TEST_F(RecordHeaderTest, ReadsBackWhatItWrote) {
  const auto bytes = head();
  const auto header = parse_record_header(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->codec, CodecId::stored);
  EXPECT_EQ(header->raw_bytes, 8u);
  EXPECT_EQ(header->payload_bytes, 8u);
  EXPECT_EQ(header->head_bytes(), bytes.size());
  const auto table = parse_chunk_table(*header, bytes, kSeed, kOffset);
  ASSERT_TRUE(table);
  ASSERT_EQ(table->size(), 2u);
  EXPECT_EQ((*table)[1].digest, blocks_[1].cid.digest);
  EXPECT_EQ((*table)[1].codec, Multicodec::dag_pb);
  EXPECT_EQ((*table)[1].length, 5u);
}

TEST_F(RecordHeaderTest, RefusesEveryFlippedBit) {
  const auto whole = head();
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    auto bytes = whole;
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const auto header = parse_record_header(bytes);
    EXPECT_FALSE(header && parse_chunk_table(*header, bytes, kSeed, kOffset)) << "bit " << bit;
  }
}

TEST_F(RecordHeaderTest, RefusesARecordOfAnotherPlace) {
  const auto bytes = head();
  const auto header = parse_record_header(bytes);
  EXPECT_FALSE(parse_chunk_table(*header, bytes, kSeed, kOffset + 1));
  EXPECT_FALSE(parse_chunk_table(*header, bytes, SegmentSeed{kSeed.crc + 1}, kOffset));
}

TEST_F(RecordHeaderTest, RefusesWhatIsCutOff) {
  const auto bytes = head();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Bytes cut = Bytes(bytes).first(size);
    const auto header = parse_record_header(cut);
    EXPECT_EQ(header.has_value(), size >= RecordHeader::kBytes) << size;
    EXPECT_FALSE(header && parse_chunk_table(*header, cut, kSeed, kOffset)) << size;
  }
}

TEST_F(RecordHeaderTest, RefusesLiesAboutLengths) {
  struct Lie {
    size_t at;
    uint32_t value;
  };
  for (const Lie lie : {Lie{8, kFrameBytesMax + 1}, Lie{8, 7}, Lie{12, kFrameBytesMax + 1}, Lie{16, 0},
                        Lie{16, kFrameChunksMax + 1}, Lie{16, 0xffffffff}, Lie{24, 1}}) {
    auto bytes = head();
    store_le(&bytes[lie.at], lie.value);
    EXPECT_FALSE(parse_record_header(bytes)) << lie.at;
  }
}

TEST_F(RecordHeaderTest, RefusesATableThatDoesNotAddUpThoughItsChecksumHolds) {
  const auto bytes = head();
  auto header = parse_record_header(bytes);
  header->raw_bytes += 1;
  EXPECT_FALSE(parse_chunk_table(*header, bytes, kSeed, kOffset));
}

}  // namespace
}  // namespace penstock
