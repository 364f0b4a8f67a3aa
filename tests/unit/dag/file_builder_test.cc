// SPDX-License-Identifier: Apache-2.0
#include "dag/file_builder.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/limits.h"
#include "dag/dag_pb.h"
#include "hash/sha256.h"
#include "unit/dag/memory_blocks.h"

namespace penstock {
namespace {

class FailingSink final : public BlockSink {
 public:
  Status put(const Cid&, Bytes) override { return fail(Errc::failed, "disk", "it is full"); }
};

TEST(FileBuilderTest, AnEmptyFileIsTheEmptyRawLeaf) {
  MemoryBlocks blocks;
  FileBuilder builder(blocks, LinkLayout::content_cut, kMiB);
  ASSERT_TRUE(builder.add_zero_run(0));
  const DagLink root = builder.finish().value();
  EXPECT_EQ(root.cid, cid_of(Multicodec::raw, {}));
  EXPECT_EQ(root.content_bytes, 0u);
  EXPECT_EQ(root.dag_bytes, 0u);
  EXPECT_TRUE(blocks.has(root.cid));
}

TEST(FileBuilderTest, AFileOfOneLeafIsThatLeaf) {
  MemoryBlocks blocks;
  FileBuilder builder(blocks, LinkLayout::content_cut, kMiB);
  const Digest digest = sha256(as_bytes("leaf"));
  ASSERT_TRUE(builder.add_leaf(digest, 4));
  const DagLink root = builder.finish().value();
  EXPECT_EQ(root.cid, (Cid{Multicodec::raw, digest}));
  EXPECT_EQ(root.dag_bytes, 4u);
  // The leaf is the caller's to store.
  EXPECT_EQ(blocks.count(), 0u);
}

TEST(FileBuilderTest, BuildsTheSameTreeWhetherZerosComeAsARunOrAsLeaves) {
  const std::vector<uint8_t> zeros(4096);
  const Digest zero = sha256(zeros);
  const Digest data = sha256(as_bytes("data"));
  const Digest remainder = sha256(Bytes(zeros).first(100));
  for (const LinkLayout layout : {LinkLayout::content_cut, LinkLayout::balanced}) {
    MemoryBlocks blocks;
    FileBuilder builder(blocks, layout, 4096);
    ASSERT_TRUE(builder.add_leaf(data, 1000));
    for (int i = 0; i < 5000; ++i) ASSERT_TRUE(builder.add_leaf(zero, 4096));
    ASSERT_TRUE(builder.add_leaf(remainder, 100));
    ASSERT_TRUE(builder.add_leaf(data, 1000));
    const DagLink by_leaves = builder.finish().value();

    ASSERT_TRUE(builder.add_leaf(data, 1000));
    ASSERT_TRUE(builder.add_zero_run(4096 * 1000));
    ASSERT_TRUE(builder.add_zero_run(4096 * 4000 + 100));
    ASSERT_TRUE(builder.add_leaf(data, 1000));
    const DagLink by_run = builder.finish().value();
    EXPECT_EQ(by_run.cid, by_leaves.cid);
    EXPECT_EQ(by_run.dag_bytes, by_leaves.dag_bytes);
    EXPECT_EQ(by_run.content_bytes, 2000u + 4096u * 5000 + 100);
    EXPECT_TRUE(blocks.has({Multicodec::raw, zero}));
    EXPECT_TRUE(blocks.has({Multicodec::raw, remainder}));
  }
}

TEST(FileBuilderTest, PutsEveryBlockThatAFileOfZerosNeeds) {
  for (const LinkLayout layout : {LinkLayout::content_cut, LinkLayout::balanced}) {
    MemoryBlocks blocks;
    FileBuilder builder(blocks, layout, kMiB);
    ASSERT_TRUE(builder.add_zero_run(3 * kTiB + 5 * kMiB + 17));
    const DagLink root = builder.finish().value();
    std::vector<Cid> open = {root.cid};
    while (!open.empty()) {
      const Cid cid = open.back();
      open.pop_back();
      ASSERT_TRUE(blocks.has(cid));
      if (cid.codec == Multicodec::raw) continue;
      std::optional<Cid> last;
      const PbNode node = PbNode::decode(blocks.all().at(cid)).value();
      for (const PbLink& link : node) {
        if (link.cid != last) open.push_back(link.cid);
        last = link.cid;
      }
    }
  }
}

TEST(FileBuilderTest, FourExbibytesOfZerosAreAHandfulOfBlocks) {
  MemoryBlocks blocks;
  FileBuilder builder(blocks, LinkLayout::content_cut, kMiB);
  ASSERT_TRUE(builder.add_zero_run(uint64_t{1} << 62));
  const DagLink root = builder.finish().value();
  EXPECT_EQ(root.content_bytes, uint64_t{1} << 62);
  // 2^42 leaves of 1 MiB: the leaf, four levels of 1,024, and one of 4.
  EXPECT_EQ(blocks.count(), 6u);
  EXPECT_LT(blocks.puts, 10u);
}

TEST(FileBuilderTest, DataAroundAnExbibyteOfZerosAddsAHandfulOfBlocks) {
  MemoryBlocks blocks;
  FileBuilder builder(blocks, LinkLayout::content_cut, kMiB);
  ASSERT_TRUE(builder.add_leaf(sha256(as_bytes("front")), 5));
  ASSERT_TRUE(builder.add_zero_run(uint64_t{1} << 60));
  ASSERT_TRUE(builder.add_leaf(sha256(as_bytes("back")), 4));
  EXPECT_EQ(builder.finish().value().content_bytes, (uint64_t{1} << 60) + 9);
  EXPECT_LT(blocks.count(), 20u);
}

TEST(FileBuilderTest, RefusesMoreBytesThanAFileCanHave) {
  MemoryBlocks blocks;
  FileBuilder builder(blocks, LinkLayout::content_cut, kMiB);
  ASSERT_TRUE(builder.add_zero_run(kFileBytesMax));
  const auto more = builder.add_leaf(sha256(as_bytes("x")), 1);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::usage);
  EXPECT_FALSE(builder.add_zero_run(1));
  EXPECT_EQ(builder.finish().value().content_bytes, kFileBytesMax);
}

TEST(FileBuilderTest, HandsOnWhatItsSinkFailsWith) {
  FailingSink sink;
  FileBuilder builder(sink, LinkLayout::content_cut, kMiB);
  EXPECT_EQ(builder.add_zero_run(kMiB).error().what, "disk");
  FileBuilder empty(sink, LinkLayout::content_cut, kMiB);
  EXPECT_EQ(empty.finish().error().what, "disk");
}

}  // namespace
}  // namespace penstock
