// SPDX-License-Identifier: Apache-2.0
#include "mount/node_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "mount/node_status.h"

namespace penstock {
namespace {

MountNode below(const NodeTable& table, uint64_t parent, const std::string& name) {
  MountNode node;
  node.kind = MountNode::Kind::entry;
  node.parent = table.find(parent);
  node.name = name;
  return node;
}

TEST(NodeTableTest, CountsReferences) {
  NodeTable table;
  const uint64_t first = table.refer(below(table, NodeTable::kRoot, "a"))->id;
  EXPECT_EQ(table.refer(below(table, NodeTable::kRoot, "a"))->id, first);
  EXPECT_NE(table.refer(below(table, NodeTable::kRoot, "b"))->id, first);
  EXPECT_EQ(table.size(), 3U);
  table.forget(first, 1);
  EXPECT_TRUE(table.find(first));
  table.forget(first, 1);
  EXPECT_FALSE(table.find(first));
  EXPECT_NE(table.refer(below(table, NodeTable::kRoot, "a"))->id, first);
}

TEST(NodeTableTest, KeepsTheRootAndBearsWrongCounts) {
  NodeTable table;
  table.forget(NodeTable::kRoot, 100);
  EXPECT_TRUE(table.find(NodeTable::kRoot));
  table.forget(77, 1);
  const uint64_t id = table.refer(below(table, NodeTable::kRoot, "a"))->id;
  table.forget(id, 100);
  EXPECT_FALSE(table.find(id));
}

TEST(NodeTableTest, AForgottenDirectoryStaysForWhatIsBelowIt) {
  NodeTable table;
  const uint64_t directory = table.refer(below(table, NodeTable::kRoot, "d"))->id;
  const auto file = table.refer(below(table, directory, "f"));
  table.forget(directory, 1);
  EXPECT_EQ(table.find(file->id)->parent->name, "d");
  table.forget(file->id, 1);
  EXPECT_EQ(table.size(), 1U);
}

TEST(NodeTableTest, MetadataTakesThePlaceOfNone) {
  auto tree = std::make_shared<CommitTree>();
  tree->commit.meta = Cid();
  tree->meta.emplace();
  NodeTable table;
  const auto named = [&](bool with_metadata) {
    MountNode node = below(table, NodeTable::kRoot, "a");
    node.tree = tree;
    node.depth = 1;
    if (with_metadata) node.entry.meta.emplace();
    return node;
  };
  const uint64_t id = table.refer(named(false))->id;
  EXPECT_TRUE(lacks_metadata(*table.find(id)));
  EXPECT_EQ(table.refer(named(true))->id, id);
  EXPECT_FALSE(lacks_metadata(*table.find(id)));
  EXPECT_EQ(table.refer(named(false))->id, id);
  EXPECT_FALSE(lacks_metadata(*table.find(id)));
  table.forget(id, 3);
  EXPECT_FALSE(table.find(id));
}

TEST(NodeStatusTest, InodesAreThoseOfPaths) {
  CommitTree tree;
  tree.cid.digest.bytes[0] = 9;
  const uint64_t top = commit_inode(tree.cid);
  EXPECT_EQ(inode_of_path(tree, ""), top);
  EXPECT_EQ(inode_of_path(tree, "a"), inode_below(top, "a"));
  EXPECT_EQ(inode_of_path(tree, "a/b"), inode_below(inode_below(top, "a"), "b"));
  EXPECT_NE(inode_of_path(tree, "a/b"), inode_of_path(tree, "b/a"));
  CommitTree other;
  EXPECT_NE(inode_of_path(other, "a"), inode_of_path(tree, "a"));
  EXPECT_GT(commit_inode(other.cid), NodeTable::kRoot);
}

}  // namespace
}  // namespace penstock
