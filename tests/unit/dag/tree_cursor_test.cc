// SPDX-License-Identifier: Apache-2.0
#include "dag/tree_cursor.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "dag/directory_builder.h"
#include "dag/meta_list_builder.h"
#include "unit/dag/memory_blocks.h"
#include "unit/dag/node_blocks.h"

namespace penstock {
namespace {

MetaEntry meta_of(const std::string& name, uint32_t mode) {
  MetaEntry meta;
  meta.name = name;
  meta.mode = mode;
  meta.uid = 7;
  meta.mtime = {1'700'000'000, 5};
  if ((mode & kModeType) == kModeBlockDevice) meta.device = DeviceNumber{8, 1};
  return meta;
}

// A directory's content and metadata, each with names of its own.
struct Halves {
  MemoryBlocks blocks;
  std::map<std::string, DagLink> content;
  std::map<std::string, MetaEntry> meta;

  void file(const std::string& name) {
    content[name] = put_leaf(blocks, "content of " + name);
    meta[name] = meta_of(name, kModeFile | 0644);
  }
  void fifo(const std::string& name) { meta[name] = meta_of(name, kModeFifo | 0600); }

  Cid content_cid() {
    DirectoryBuilder builder(blocks);
    for (const auto& [name, link] : content) EXPECT_TRUE(builder.add(name, link));
    return builder.finish().value().cid;
  }
  MetaListLinks list(const ListLimits& limits = {}) {
    MetaListBuilder builder(blocks, limits);
    uint64_t inode = 0;
    for (const auto& [name, entry] : meta) {
      ScanItem item;
      item.mark = ScanMark{++inode, {1, 2}};
      EXPECT_TRUE(builder.add(entry, item));
    }
    return builder.finish().value();
  }
  TreeDirectory directory(const ListLimits& limits = {}) {
    const MetaListLinks links = list(limits);
    return {content_cid(), links.list, links.scan};
  }
};

// "name" with "c" for content, "m" for metadata and "s" for a scan mark behind it; "!what" for damage.
std::vector<std::string> walk(BlockSource& source, const TreeDirectory& directory) {
  std::vector<std::string> met;
  const auto damaged = [&](const Error& error) { met.push_back("!" + error.what); };
  auto cursor = TreeCursor::open(source, directory, damaged);
  EXPECT_TRUE(cursor) << cursor.error().message();
  if (!cursor) return met;
  for (;;) {
    const auto entry = cursor->next();
    EXPECT_TRUE(entry) << entry.error().message();
    if (!entry || !*entry) return met;
    std::string text = (*entry)->name + " ";
    if ((*entry)->content) text += "c";
    if ((*entry)->meta) text += "m";
    if ((*entry)->item.mark) text += "s";
    met.push_back(text);
  }
}

TEST(TreeCursorTest, JoinsContentAndMetadataByName) {
  Halves halves;
  halves.file("b");
  halves.file("d");
  halves.fifo("a");
  halves.fifo("c");
  halves.fifo("e");
  EXPECT_EQ(walk(halves.blocks, halves.directory()),
            (std::vector<std::string>{"a ms", "b cms", "c ms", "d cms", "e ms"}));
}

TEST(TreeCursorTest, ContentWithoutMetadataIsGivenAlone) {
  Halves halves;
  halves.file("a");
  halves.file("b");
  halves.meta.erase("a");
  EXPECT_EQ(walk(halves.blocks, halves.directory()), (std::vector<std::string>{"a c", "b cms"}));
  EXPECT_EQ(walk(halves.blocks, {halves.content_cid(), {}, {}}), (std::vector<std::string>{"a c", "b c"}));
}

TEST(TreeCursorTest, MetadataThatDoesNotFitItsContentIsNamedAndLeftOut) {
  Halves halves;
  halves.file("a");
  halves.content.erase("a");
  halves.file("b");
  halves.meta["b"] = meta_of("b", kModeFifo);
  halves.file("c");
  halves.meta["c"] = meta_of("c", kModeSymlink | 0777);
  halves.file("d");
  EXPECT_EQ(walk(halves.blocks, halves.directory()),
            (std::vector<std::string>{"!metadata of 'a'", "!metadata of 'b'", "b c", "!metadata of 'c'",
                                      "c c", "d cms"}));
  const TreeDirectory directory = halves.directory();
  EXPECT_EQ(look_up_entry(halves.blocks, directory, "a").error().code, Errc::absent);
  EXPECT_FALSE(look_up_entry(halves.blocks, directory, "b").value().meta);
}

TEST(TreeCursorTest, ShardedHalvesAreJoinedAsPlainOnesAre) {
  ListLimits small;
  small.plain_bytes_max = 4096;
  small.leaf_entries_max = 100;
  Halves halves;
  for (int i = 0; i < 6000; ++i) {
    const std::string name = "a rather long name of an entry " + std::to_string(i);
    if (i % 7 == 0)
      halves.fifo(name);
    else
      halves.file(name);
  }
  const TreeDirectory directory = halves.directory(small);
  std::vector<std::string> expected;
  for (const auto& [name, meta] : halves.meta)
    expected.push_back(name + (has_content(meta) ? " cms" : " ms"));
  EXPECT_EQ(walk(halves.blocks, directory), expected);

  for (const std::string name : {"a rather long name of an entry 7", "a rather long name of an entry 5999"}) {
    const TreeEntry entry = look_up_entry(halves.blocks, directory, name).value();
    EXPECT_EQ(entry.meta, halves.meta[name]);
    EXPECT_TRUE(entry.item.mark);
  }
  EXPECT_EQ(look_up_entry(halves.blocks, directory, "b").error().code, Errc::absent);
}

// Refuses one read, and no other.
struct RefusingSource final : BlockSource {
  explicit RefusingSource(BlockSource& from) : from_(&from) {}
  Result<Bytes> read(const Cid& cid) override {
    if (reads_++ == refused) return fail(Errc::failed, cid.text(), "refused for a moment");
    return from_->read(cid);
  }

  uint64_t refused = UINT64_MAX;

 private:
  BlockSource* from_;
  uint64_t reads_ = 0;
};

TEST(TreeCursorTest, WhatFailedOnceFailsForGood) {
  Halves halves;
  for (int i = 0; i < 300; ++i) halves.file("file " + std::to_string(1000 + i));
  ListLimits small;
  small.plain_bytes_max = 1024;
  small.leaf_entries_max = 64;
  const TreeDirectory directory = halves.directory(small);
  unsigned failures = 0;
  for (uint64_t refused = 0; refused < 40; ++refused) {
    RefusingSource source(halves.blocks);
    source.refused = refused;
    auto cursor = TreeCursor::open(source, directory, [](const Error&) {});
    size_t met = 0;
    while (cursor) {
      const auto entry = cursor->next();
      if (!entry) {
        ++failures;
        EXPECT_FALSE(cursor->next()) << refused;
        EXPECT_FALSE(cursor->seek("z")) << refused;
        break;
      }
      if (!*entry) {
        EXPECT_EQ(met, 300U) << refused;
        break;
      }
      EXPECT_TRUE((*entry)->meta) << refused;
      ++met;
    }
  }
  EXPECT_GT(failures, 0U);
}

TEST(TreeCursorTest, SeekGoesOnWithTheFirstNameThatIsNotBefore) {
  Halves halves;
  for (const char* name : {"a", "c", "e", "g"}) halves.file(name);
  for (const char* name : {"b", "f"}) halves.fifo(name);
  auto cursor = TreeCursor::open(halves.blocks, halves.directory()).value();
  EXPECT_EQ(cursor.next().value()->name, "a");
  ASSERT_TRUE(cursor.seek("d"));
  const auto entry = cursor.next().value();
  EXPECT_EQ(entry->name, "e");
  EXPECT_EQ(entry->meta, halves.meta["e"]);
  ASSERT_TRUE(cursor.seek("e\x01"));
  EXPECT_EQ(cursor.next().value()->name, "f");
  ASSERT_TRUE(cursor.seek("h"));
  EXPECT_FALSE(cursor.next().value());
}

// A commit of `root` whose metadata has these tops.
Cid commit_of(MemoryBlocks& blocks, const Cid& root, const MetaListLinks& tops, bool several) {
  MetaRoot meta;
  meta.tops = tops.list;
  meta.several = several;
  meta.scan = blocks.put(Multicodec::dag_cbor, encode_scan_root(tops.scan));
  meta.from.assign(tops.entries, "/somewhere");
  Commit commit = genesis();
  commit.root = root;
  commit.parents = {genesis_cid()};
  commit.jump = genesis_cid();
  commit.depth = commit.seq = 1;
  commit.meta = blocks.put(Multicodec::dag_cbor, encode_meta_root(meta).value());
  return blocks.put(Multicodec::dag_cbor, encode_commit(commit).value());
}

TEST(CommitTreeTest, PathsLeadThroughOneTopAndThroughSeveral) {
  Halves inner;
  inner.file("file");
  inner.fifo("fifo");
  const TreeDirectory below = inner.directory();
  MetaEntry top = meta_of("top", kModeDirectory | 0755);
  top.list = below.list;
  ScanItem item;
  item.list = below.scan;
  MemoryBlocks& blocks = inner.blocks;

  MetaListBuilder one(blocks);
  ASSERT_TRUE(one.add(top, item));
  const CommitTree single =
      open_commit_tree(blocks, commit_of(blocks, *below.content, one.finish().value(), false)).value();
  EXPECT_EQ(single.top.name, "top");
  EXPECT_EQ(single.top.meta, top);
  EXPECT_EQ(resolve_entry(blocks, single, "").value().content, below.content);
  EXPECT_EQ(resolve_entry(blocks, single, "file").value().meta, inner.meta["file"]);
  EXPECT_TRUE(resolve_entry(blocks, single, "file").value().item.mark);
  EXPECT_FALSE(resolve_entry(blocks, single, "fifo").value().content);
  EXPECT_EQ(resolve_entry(blocks, single, "none").error().code, Errc::absent);
  EXPECT_EQ(resolve_entry(blocks, single, "fifo/x").error().code, Errc::usage);
  EXPECT_EQ(resolve_entry(blocks, single, "file/x").error().code, Errc::usage);
  EXPECT_EQ(resolve_entry(blocks, single, "./file").error().code, Errc::usage);

  MetaListBuilder two(blocks);
  const MetaEntry pipe = meta_of("pipe", kModeFifo | 0600);
  ASSERT_TRUE(two.add(pipe, {}));
  ASSERT_TRUE(two.add(top, item));
  DirectoryBuilder outer(blocks);
  ASSERT_TRUE(outer.add("top", {*below.content, 0, 1}));
  const CommitTree both =
      open_commit_tree(blocks, commit_of(blocks, outer.finish().value().cid, two.finish().value(), true))
          .value();
  EXPECT_EQ(both.top.name, "");
  EXPECT_EQ(resolve_entry(blocks, both, "pipe").value().meta, pipe);
  EXPECT_EQ(resolve_entry(blocks, both, "top/file").value().meta, inner.meta["file"]);
}

TEST(CommitTreeTest, WithoutMetadataItIsTheContent) {
  Halves halves;
  halves.file("file");
  Commit commit = genesis();
  commit.root = halves.content_cid();
  commit.parents = {genesis_cid()};
  commit.jump = genesis_cid();
  commit.depth = commit.seq = 1;
  const Cid cid = halves.blocks.put(Multicodec::dag_cbor, encode_commit(commit).value());
  const CommitTree tree = open_commit_tree(halves.blocks, cid).value();
  EXPECT_FALSE(tree.meta);
  EXPECT_EQ(resolve_entry(halves.blocks, tree, "file").value().content, halves.content["file"].cid);
  halves.blocks.lose(commit.root);
  EXPECT_EQ(resolve_entry(halves.blocks, tree, "file").error().code, Errc::corrupt);
}

TEST(CommitTreeTest, AMissingScanIsNoneAndAMissingListIsDamage) {
  Halves halves;
  halves.file("file");
  const TreeDirectory below = halves.directory();
  MetaEntry top = meta_of("top", kModeDirectory | 0755);
  top.list = below.list;
  ScanItem item;
  item.list = below.scan;
  MetaListBuilder one(halves.blocks);
  ASSERT_TRUE(one.add(top, item));
  const Cid cid = commit_of(halves.blocks, *below.content, one.finish().value(), false);
  halves.blocks.lose(*below.scan);
  const CommitTree tree = open_commit_tree(halves.blocks, cid).value();
  const TreeEntry entry = resolve_entry(halves.blocks, tree, "file").value();
  EXPECT_TRUE(entry.meta);
  EXPECT_FALSE(entry.item.mark);
  halves.blocks.lose(*below.list);
  EXPECT_EQ(resolve_entry(halves.blocks, tree, "file").error().code, Errc::corrupt);
}

}  // namespace
}  // namespace penstock
