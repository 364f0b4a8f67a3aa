// SPDX-License-Identifier: Apache-2.0
#include "dag/file_walker.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/limits.h"
#include "dag/directory_builder.h"
#include "dag/file_builder.h"
#include "hash/sha256.h"
#include "unit/base/random_seed.h"
#include "unit/dag/memory_blocks.h"
#include "unit/dag/node_blocks.h"

namespace penstock {
namespace {

// The bytes of a range as the walker's extents give them; checks that these leave no gap.
Result<std::string> content(MemoryBlocks& blocks, const Cid& file, uint64_t offset = 0,
                            uint64_t length = UINT64_MAX) {
  FileWalker walker(blocks);
  PENSTOCK_TRY_ASSIGN(const uint64_t size, walker.open(file, offset, length));
  std::string bytes;
  uint64_t at = std::min(offset, size);
  while (true) {
    PENSTOCK_TRY_ASSIGN(const auto extent, walker.next());
    if (!extent) return bytes;
    EXPECT_EQ(extent->file_offset, at);
    EXPECT_GT(extent->length, 0u);
    at += extent->length;
    if (extent->kind == FileExtent::Kind::zeros) bytes.append(extent->length, '\0');
    if (extent->kind == FileExtent::Kind::inline_bytes) bytes += as_text(extent->bytes);
    if (extent->kind == FileExtent::Kind::leaf) {
      const auto& block = blocks.all().at(extent->leaf);
      EXPECT_EQ(block.size(), extent->leaf_bytes);
      bytes += as_text(Bytes(block).subspan(extent->leaf_offset, extent->length));
    }
  }
}

Errc error_of(MemoryBlocks& blocks, const Cid& file) {
  const auto bytes = content(blocks, file);
  if (bytes) return {};
  EXPECT_EQ(bytes.error().code == Errc::corrupt && bytes.error().remedy.empty(), false);
  return bytes.error().code;
}

std::string text_of(size_t length, char first) {
  std::string text(length, first);
  for (size_t i = 0; i < length; ++i) text[i] = static_cast<char>(first + static_cast<char>(i % 23));
  return text;
}

TEST(FileWalkerTest, WalksAnyShapeOverAnyRange) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  MemoryBlocks blocks;
  std::string expected;
  // Random trees: leaves raw or inline, nodes with inline content before their children, zeros among them.
  const auto grow = [&](const auto& self, unsigned depth) -> DagLink {
    const std::string bytes = random() % 4 == 0
                                  ? std::string(random() % 50, '\0')
                                  : text_of(random() % 50, static_cast<char>('A' + random() % 26));
    expected += bytes;
    if (depth == 0 || random() % 3 == 0) {
      return random() % 2 == 0 ? put_leaf(blocks, bytes) : put_file_node(blocks, bytes, {});
    }
    std::vector<DagLink> children;
    for (size_t i = random() % 6; i-- > 0;) children.push_back(self(self, depth - 1));
    return put_file_node(blocks, bytes, children);
  };
  for (int tree = 0; tree < 200; ++tree) {
    expected.clear();
    const DagLink root = grow(grow, 5);
    ASSERT_EQ(content(blocks, root.cid).value(), expected);
    for (int range = 0; range < 20; ++range) {
      const uint64_t offset = random() % (expected.size() + 2);
      const uint64_t length = random() % (expected.size() + 2);
      const std::string part = expected.substr(std::min(offset, expected.size()), length);
      ASSERT_EQ(content(blocks, root.cid, offset, length).value(), part) << offset << " " << length;
    }
  }
}

TEST(FileWalkerTest, YieldsExbibytesOfZerosAsOneExtentAfterAFewReads) {
  MemoryBlocks blocks;
  for (const LinkLayout layout : {LinkLayout::content_cut, LinkLayout::balanced}) {
    FileBuilder builder(blocks, layout, kMiB);
    constexpr uint64_t kHole = (uint64_t{1} << 62) - 12345;
    ASSERT_TRUE(builder.add_zero_run(kHole));
    const std::string tail = text_of(1000, 'a');
    ASSERT_TRUE(builder.add_leaf(put_leaf(blocks, tail).cid.digest, 1000));
    const Cid file = builder.finish().value().cid;
    blocks.reads = 0;
    FileWalker walker(blocks);
    ASSERT_EQ(walker.open(file).value(), kHole + 1000);
    const auto hole = walker.next().value();
    ASSERT_TRUE(hole);
    EXPECT_EQ(hole->kind, FileExtent::Kind::zeros);
    EXPECT_EQ(hole->length, kHole);
    const auto data = walker.next().value();
    ASSERT_TRUE(data);
    EXPECT_EQ(data->kind, FileExtent::Kind::leaf);
    EXPECT_EQ(data->file_offset, kHole);
    EXPECT_FALSE(walker.next().value());
    EXPECT_LT(blocks.reads, 40u);
    EXPECT_EQ(content(blocks, file, kHole - 10, 20).value(), std::string(10, '\0') + tail.substr(0, 10));
  }
}

TEST(FileWalkerTest, SeesZerosOfSmallLeavesAndOfInlineOnes) {
  MemoryBlocks blocks;
  FileBuilder builder(blocks, LinkLayout::content_cut, 100);
  ASSERT_TRUE(builder.add_zero_run(1'000'000'000'050));
  const Cid file = builder.finish().value().cid;
  FileWalker walker(blocks);
  ASSERT_TRUE(walker.open(file));
  EXPECT_EQ(walker.next().value()->length, 1'000'000'000'050u);
  EXPECT_FALSE(walker.next().value());

  DagLink node = put_file_node(blocks, std::string(10, '\0'), {});
  for (int level = 0; level < 19; ++level) node = put_file_node(blocks, "", std::vector<DagLink>(8, node));
  ASSERT_TRUE(walker.open(node.cid));
  const auto extent = walker.next().value();
  EXPECT_EQ(extent->kind, FileExtent::Kind::zeros);
  EXPECT_EQ(extent->length, node.content_bytes);
}

TEST(FileWalkerTest, ReadsNothingOutsideItsRange) {
  MemoryBlocks blocks;
  std::vector<DagLink> nodes;
  for (int i = 0; i < 10; ++i) {
    const DagLink leaf = put_leaf(blocks, text_of(100, static_cast<char>('a' + i)));
    const DagLink other = put_leaf(blocks, text_of(100, static_cast<char>('A' + i)));
    nodes.push_back(put_file_node(blocks, "", {leaf, other}));
  }
  const DagLink root = put_file_node(blocks, "", nodes);
  for (int i = 0; i < 10; ++i) {
    if (i != 4) blocks.lose(nodes[static_cast<size_t>(i)].cid);
  }
  EXPECT_EQ(content(blocks, root.cid, 850, 100).value(),
            text_of(100, 'e').substr(50) + text_of(100, 'E').substr(0, 50));
  EXPECT_EQ(error_of(blocks, root.cid), Errc::corrupt);
}

TEST(FileWalkerTest, SaysWhichBlockOfWhichFileIsMissing) {
  MemoryBlocks blocks;
  const DagLink inner = put_file_node(blocks, "", {put_leaf(blocks, "ab"), put_leaf(blocks, "cd")});
  const DagLink root = put_file_node(blocks, "", {put_leaf(blocks, "first"), inner});
  blocks.lose(inner.cid);
  const auto bytes = content(blocks, root.cid);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, Errc::corrupt);
  EXPECT_EQ(bytes.error().what, root.cid.text());
  EXPECT_NE(bytes.error().why.find(inner.cid.text()), std::string::npos);
}

TEST(FileWalkerTest, SaysThatAnAbsentFileIsAbsent) {
  MemoryBlocks blocks;
  EXPECT_EQ(error_of(blocks, cid_of(Multicodec::raw, as_bytes("nowhere"))), Errc::absent);
  EXPECT_EQ(error_of(blocks, cid_of(Multicodec::dag_pb, as_bytes("nowhere"))), Errc::absent);
}

TEST(FileWalkerTest, RefusesNodesThatLieAboutTheirChildren) {
  MemoryBlocks blocks;
  DagLink child = put_file_node(blocks, "twelve bytes", {});
  ++child.content_bytes;
  EXPECT_EQ(error_of(blocks, put_file_node(blocks, "", {child}).cid), Errc::corrupt);
  child.content_bytes -= 2;
  EXPECT_EQ(error_of(blocks, put_file_node(blocks, "", {child}).cid), Errc::corrupt);

  // A node of zeros, told once as it is and once longer.
  const DagLink zeros =
      put_file_node(blocks, "", std::vector<DagLink>(4, put_leaf(blocks, std::string(100, '\0'))));
  DagLink longer = zeros;
  longer.content_bytes = uint64_t{1} << 50;
  EXPECT_EQ(error_of(blocks, put_file_node(blocks, "", {zeros, longer}).cid), Errc::corrupt);

  // A leaf of zeros told longer is not taken for zeros: its reader will see.
  DagLink leaf = put_leaf(blocks, std::string(4096, '\0'));
  leaf.content_bytes = 8192;
  FileWalker walker(blocks);
  ASSERT_TRUE(walker.open(put_file_node(blocks, "", {leaf, leaf}).cid));
  const auto extent = walker.next().value();
  EXPECT_EQ(extent->kind, FileExtent::Kind::leaf);
  EXPECT_EQ(extent->leaf_bytes, 8192u);
}

TEST(FileWalkerTest, RefusesALeafSaidToBeLongerThanAnyBlock) {
  MemoryBlocks blocks;
  DagLink leaf = put_leaf(blocks, "short");
  leaf.content_bytes = uint64_t{1} << 40;
  EXPECT_EQ(error_of(blocks, put_file_node(blocks, "", {leaf}).cid), Errc::corrupt);
}

TEST(FileWalkerTest, TakesSixtyFourLevelsAndRefusesOneMore) {
  for (const std::string_view bytes : {std::string_view("x"), std::string_view("\0", 1)}) {
    MemoryBlocks blocks;
    DagLink node = put_leaf(blocks, bytes);
    for (unsigned level = 0; level < FileWalker::kDepthMax; ++level) node = put_file_node(blocks, "", {node});
    EXPECT_EQ(content(blocks, node.cid).value(), bytes);
    const auto deeper = content(blocks, put_file_node(blocks, "", {node}).cid);
    ASSERT_FALSE(deeper);
    EXPECT_EQ(deeper.error().code, Errc::corrupt);
    EXPECT_NE(deeper.error().why.find("nested deeper"), std::string::npos);
  }
}

TEST(FileWalkerTest, PassesEndlesslyManyEmptyChildrenBy) {
  MemoryBlocks blocks;
  DagLink node = put_leaf(blocks, "");
  for (int level = 0; level < 60; ++level) node = put_file_node(blocks, "", std::vector<DagLink>(100, node));
  EXPECT_EQ(content(blocks, node.cid).value(), "");
  const DagLink root = put_file_node(blocks, "a", {node, put_leaf(blocks, "b"), node});
  EXPECT_EQ(content(blocks, root.cid).value(), "ab");
}

TEST(FileWalkerTest, RefusesWhatIsNoFile) {
  MemoryBlocks blocks;
  DirectoryBuilder directory(blocks);
  const DagLink empty = directory.finish().value();
  EXPECT_EQ(error_of(blocks, empty.cid), Errc::usage);
  EXPECT_EQ(error_of(blocks, put_symlink(blocks, "target").value().cid), Errc::usage);
  EXPECT_EQ(error_of(blocks, blocks.put(Multicodec::dag_cbor, as_bytes("\xf6"))), Errc::usage);
  // Inside a file it is damage.
  DagLink inner = empty;
  inner.content_bytes = 5;
  EXPECT_EQ(error_of(blocks, put_file_node(blocks, "", {inner}).cid), Errc::corrupt);
  DagLink cbor{blocks.put(Multicodec::dag_cbor, as_bytes("\xf6")), 1, 1};
  EXPECT_EQ(error_of(blocks, put_file_node(blocks, "", {cbor}).cid), Errc::corrupt);
  EXPECT_EQ(error_of(blocks, blocks.put(Multicodec::dag_pb, as_bytes("nonsense"))), Errc::corrupt);
}

TEST(FileWalkerTest, RefusesANodeWithMoreBlockSizesThanLinks) {
  MemoryBlocks blocks;
  UnixfsData data;
  data.block_bytes = {1, 1};
  data.file_bytes = 2;
  const Cid file = put_node(blocks, data, {{put_leaf(blocks, "x").cid, "", 1}});
  EXPECT_EQ(error_of(blocks, file), Errc::corrupt);
}

TEST(FileWalkerTest, CanBeginAnotherFileInTheMiddleOfOne) {
  MemoryBlocks blocks;
  const DagLink one = put_file_node(blocks, "inline", {put_leaf(blocks, "leaf")});
  FileWalker walker(blocks);
  ASSERT_TRUE(walker.open(one.cid));
  ASSERT_TRUE(walker.next());
  ASSERT_EQ(walker.open(put_leaf(blocks, "other").cid).value(), 5u);
  const auto extent = walker.next().value();
  EXPECT_EQ(extent->leaf_bytes, 5u);
  EXPECT_FALSE(walker.next().value());
}

}  // namespace
}  // namespace penstock
