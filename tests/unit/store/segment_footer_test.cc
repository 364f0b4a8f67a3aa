// SPDX-License-Identifier: Apache-2.0
#include "store/segment_footer.h"

#include <gtest/gtest.h>

#include "unit/store/block_maker.h"

namespace penstock {
namespace {

constexpr SegmentSeed kSeed{99};
constexpr uint32_t kDataBytes = 5000;

std::vector<FooterEntry> some_entries() {
  std::vector<FooterEntry> entries;
  for (uint32_t i = 0; i < 20; ++i)
    entries.push_back({raw_block(i, 8).cid.digest, 36 + 100 * (i / 4), i % 4});
  return entries;
}

TEST(SegmentFooterTest, ReadsBackSortedByDigest) {
  auto entries = some_entries();
  const auto bytes = encode_footer(entries, kDataBytes, kSeed);
  const auto footer = parse_footer(bytes, kDataBytes + bytes.size(), kSeed);
  ASSERT_TRUE(footer);
  EXPECT_EQ(footer->data_bytes(), kDataBytes);
  ASSERT_EQ(footer->size(), entries.size());
  for (size_t i = 0; i < entries.size(); ++i) EXPECT_EQ((*footer)[i], entries[i]);
}

TEST(SegmentFooterTest, RefusesEveryFlippedBit) {
  auto entries = some_entries();
  const auto whole = encode_footer(entries, kDataBytes, kSeed);
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    auto bytes = whole;
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(parse_footer(bytes, kDataBytes + bytes.size(), kSeed)) << "bit " << bit;
  }
}

TEST(SegmentFooterTest, RefusesAnotherSegmentsFooterAndAnyOtherLength) {
  auto entries = some_entries();
  const auto bytes = encode_footer(entries, kDataBytes, kSeed);
  EXPECT_FALSE(parse_footer(bytes, kDataBytes + bytes.size(), SegmentSeed{98}));
  EXPECT_FALSE(parse_footer(bytes, kDataBytes + bytes.size() + 1, kSeed));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(parse_footer(Bytes(bytes).last(size), kDataBytes + bytes.size(), kSeed)) << size;
  }
}

TEST(SegmentFooterTest, RefusesRecordsOutsideOfTheSegmentThoughTheChecksumHolds) {
  std::vector<FooterEntry> behind = {{Digest{}, kDataBytes, 0}};
  std::vector<FooterEntry> in_header = {{Digest{}, 35, 0}};
  const auto a = encode_footer(behind, kDataBytes, kSeed);
  const auto b = encode_footer(in_header, kDataBytes, kSeed);
  EXPECT_FALSE(parse_footer(a, kDataBytes + a.size(), kSeed));
  EXPECT_FALSE(parse_footer(b, kDataBytes + b.size(), kSeed));
}

}  // namespace
}  // namespace penstock
