// SPDX-License-Identifier: Apache-2.0
#include "dag/link_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <unordered_set>
#include <vector>

#include "dag/dag_pb.h"
#include "dag/unixfs.h"
#include "unit/base/random_seed.h"
#include "unit/dag/memory_blocks.h"

namespace penstock {
namespace {

// The definition in docs/tree.md, done level by level on whole lists, every zero leaf by itself.
class SlowTree {
 public:
  SlowTree(LinkLayout layout, LinkLimits limits, const DagLink& zero_leaf)
      : layout_(layout), limits_(limits), zero_leaf_(zero_leaf) {}

  DagLink root_of(std::vector<DagLink> children) const {
    DagLink zero = zero_leaf_;
    while (children.size() > 1) {
      const DagLink zero_above = node_of(std::vector<DagLink>(limits_.max, zero));
      children = layout_ == LinkLayout::balanced ? grouped(children) : cut(children, zero, zero_above);
      zero = zero_above;
    }
    return children.front();
  }

 private:
  static DagLink node_of(const std::vector<DagLink>& children) {
    std::vector<uint8_t> block;
    UnixfsData data;
    DagLink node;
    for (const DagLink& child : children) {
      append_pb_link(block, child.cid, "", child.dag_bytes);
      data.block_bytes.push_back(child.content_bytes);
      data.file_bytes += child.content_bytes;
      node.dag_bytes += child.dag_bytes;
    }
    append_pb_data(block, encode_unixfs(data));
    return {cid_of(Multicodec::dag_pb, block), data.file_bytes, node.dag_bytes + block.size()};
  }

  std::vector<DagLink> grouped(const std::vector<DagLink>& children) const {
    std::vector<DagLink> nodes;
    for (size_t i = 0; i < children.size(); i += limits_.max) {
      const size_t end = std::min(children.size(), i + limits_.max);
      nodes.push_back(
          node_of({children.begin() + static_cast<long>(i), children.begin() + static_cast<long>(end)}));
    }
    return nodes;
  }

  std::vector<DagLink> cut(const std::vector<DagLink>& children, const DagLink& zero,
                           const DagLink& zero_above) const {
    std::vector<DagLink> nodes;
    std::vector<DagLink> open;
    const auto close = [&] {
      if (!open.empty()) nodes.push_back(node_of(open));
      open.clear();
    };
    for (size_t i = 0; i < children.size();) {
      size_t run = 0;
      while (i + run < children.size() && children[i + run].cid == zero.cid) ++run;
      if (run >= limits_.max) {
        close();
        nodes.insert(nodes.end(), run / limits_.max, zero_above);
      }
      const size_t ordinary = run == 0 ? 1 : run % limits_.max;
      const DagLink child = children[i];
      for (size_t n = 0; n < ordinary; ++n) {
        open.push_back(child);
        const bool at_cut = open.size() >= limits_.cut_min && child.cid.digest.bytes.back() == 0;
        if (at_cut || open.size() == limits_.max) close();
      }
      i += run == 0 ? 1 : run;
    }
    close();
    return nodes;
  }

  LinkLayout layout_;
  LinkLimits limits_;
  DagLink zero_leaf_;
};

constexpr uint32_t kLeafBytes = 4096;

DagLink zero_leaf() {
  const std::vector<uint8_t> zeros(kLeafBytes);
  return {cid_of(Multicodec::raw, zeros), kLeafBytes, kLeafBytes};
}

// A random leaf; one in `cut_every` ends in a zero byte.
DagLink random_leaf(std::mt19937_64& random, unsigned cut_every) {
  DagLink leaf{{Multicodec::raw, {}}, 1 + random() % 100000, 0};
  leaf.dag_bytes = leaf.content_bytes;
  for (uint8_t& byte : leaf.cid.digest.bytes) byte = static_cast<uint8_t>(random());
  leaf.cid.digest.bytes.back() = static_cast<uint8_t>(random() % cut_every == 0 ? 0 : 1 + random() % 255);
  return leaf;
}

// A random list of leaves with zero runs of all lengths about the powers of `max`.
std::vector<DagLink> random_leaves(std::mt19937_64& random, uint32_t max) {
  std::vector<DagLink> leaves;
  for (size_t parts = random() % 8; parts-- > 0;) {
    if (random() % 2 == 0) {
      for (size_t n = random() % (4 * max); n-- > 0;) leaves.push_back(random_leaf(random, max));
    } else {
      uint64_t run = 1;
      for (size_t powers = random() % 4; powers-- > 0;) run *= max;
      run = run + random() % (2 * max) - std::min<uint64_t>(run, random() % max);
      leaves.insert(leaves.end(), run, zero_leaf());
    }
  }
  if (leaves.empty()) leaves.push_back(random_leaf(random, max));
  return leaves;
}

// Adds the leaves in a random mixture of the ways there are.
DagLink build(LinkTree& tree, const std::vector<DagLink>& leaves, std::mt19937_64& random) {
  for (size_t i = 0; i < leaves.size();) {
    size_t run = 0;
    while (i + run < leaves.size() && leaves[i + run].cid == zero_leaf().cid) ++run;
    if (run == 0 || random() % 4 == 0) {
      EXPECT_TRUE(tree.add(leaves[i]));
      ++i;
    } else {
      const size_t part = random() % 2 == 0 ? run : 1 + random() % run;
      EXPECT_TRUE(tree.add_zero_leaves(part));
      i += part;
    }
  }
  return tree.finish().value();
}

void compare_with_definition(LinkLayout layout, unsigned rounds) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (unsigned round = 0; round < rounds; ++round) {
    LinkLimits limits;
    limits.max = 2 + static_cast<uint32_t>(random() % 5);
    limits.cut_min = 2 + static_cast<uint32_t>(random() % (limits.max - 1));
    MemoryBlocks blocks;
    LinkTree tree(blocks, layout, limits);
    tree.set_zero_leaf(zero_leaf());
    const SlowTree slow(layout, limits, zero_leaf());
    // The second file must not feel the first.
    for (int file = 0; file < 2; ++file) {
      const auto leaves = random_leaves(random, limits.max);
      const DagLink expected = slow.root_of(leaves);
      const DagLink root = build(tree, leaves, random);
      ASSERT_EQ(root.cid, expected.cid)
          << "round " << round << ", " << leaves.size() << " leaves, max " << limits.max;
      ASSERT_EQ(root.content_bytes, expected.content_bytes);
      ASSERT_EQ(root.dag_bytes, expected.dag_bytes);
      ASSERT_TRUE(leaves.size() == 1 || blocks.has(root.cid));
    }
  }
}

TEST(LinkTreeTest, MeetsTheDefinitionOfContentCutListsHoweverLeavesAreAdded) {
  compare_with_definition(LinkLayout::content_cut, 1500);
}

TEST(LinkTreeTest, MeetsTheDefinitionOfBalancedListsHoweverLeavesAreAdded) {
  compare_with_definition(LinkLayout::balanced, 500);
}

TEST(LinkTreeTest, KeepsToItsLimitsOfLinks) {
  std::mt19937_64 random(1);
  MemoryBlocks blocks;
  LinkTree tree(blocks, LinkLayout::content_cut, {});
  for (int i = 0; i < 100000; ++i) ASSERT_TRUE(tree.add(random_leaf(random, 256)));
  const DagLink root = tree.finish().value();
  size_t small = 0;
  for (const auto& [cid, block] : blocks.all()) {
    const size_t links = PbNode::decode(block).value().link_count();
    EXPECT_LE(links, 1024u);
    if (links < 256) ++small;
  }
  // The rightmost node of each level alone may be smaller.
  EXPECT_LE(small, 2u);
  EXPECT_TRUE(blocks.has(root.cid));
}

TEST(LinkTreeTest, AnInsertedLeafAmongAMillionChangesAFewNodes) {
  constexpr size_t kLeaves = 1'000'000;
  std::mt19937_64 random(2);
  std::vector<DagLink> leaves;
  leaves.reserve(kLeaves + 1);
  for (size_t i = 0; i < kLeaves; ++i) leaves.push_back(random_leaf(random, 256));
  MemoryBlocks before;
  LinkTree tree(before, LinkLayout::content_cut, {});
  for (const DagLink& leaf : leaves) ASSERT_TRUE(tree.add(leaf));
  ASSERT_TRUE(tree.finish());

  std::vector<size_t> changed;
  for (int edit = 0; edit < 5; ++edit) {
    const size_t at = random() % kLeaves;
    MemoryBlocks after;
    LinkTree edited(after, LinkLayout::content_cut, {});
    for (size_t i = 0; i < kLeaves; ++i) {
      if (i == at) {
        ASSERT_TRUE(edited.add(random_leaf(random, 256)));
      }
      ASSERT_TRUE(edited.add(leaves[i]));
    }
    ASSERT_TRUE(edited.finish());
    size_t fresh = 0;
    for (const auto& [cid, block] : after.all()) fresh += before.has(cid) ? 0 : 1;
    changed.push_back(fresh);
  }
  std::ranges::sort(changed);
  // Of some 2,000 nodes. A cut falls back into step where the old and the new list both allow it.
  EXPECT_LE(changed[changed.size() / 2], 8u);
  EXPECT_LE(changed.back(), 24u);
}

}  // namespace
}  // namespace penstock
