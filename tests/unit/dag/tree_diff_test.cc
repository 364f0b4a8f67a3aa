// SPDX-License-Identifier: Apache-2.0
#include "dag/tree_diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "dag/commit.h"
#include "dag/directory_builder.h"
#include "dag/meta_list_builder.h"
#include "dag/object_info.h"
#include "unit/dag/memory_blocks.h"
#include "unit/dag/node_blocks.h"

namespace penstock {
namespace {

DagLink directory_of(MemoryBlocks& blocks, const std::map<std::string, DagLink>& entries) {
  DirectoryBuilder builder(blocks);
  for (const auto& [name, link] : entries) EXPECT_TRUE(builder.add(name, link));
  return builder.finish().value();
}

// "+path kind", "-path kind", "~path kind kind", a line each.
Result<std::string> diff(MemoryBlocks& blocks, const Cid& before, const Cid& after,
                         const DiffLimits& limits = {}) {
  std::string lines;
  PENSTOCK_TRY(diff_trees(
      blocks, before, after,
      [&](const Difference& difference) -> Status {
        lines += difference.before ? (difference.after ? "~" : "-") : "+";
        lines += difference.path;
        if (difference.before) lines += " " + std::string(entry_kind_text(difference.before->kind));
        if (difference.after) lines += " " + std::string(entry_kind_text(difference.after->kind));
        lines += "\n";
        return {};
      },
      limits));
  return lines;
}

TEST(TreeDiffTest, TellsWhatWasAddedRemovedAndChangedInOrder) {
  MemoryBlocks blocks;
  const DagLink one = put_leaf(blocks, "one");
  const DagLink two = put_leaf(blocks, "two");
  const DagLink link = put_symlink(blocks, "one").value();
  const DagLink old_inner = directory_of(blocks, {{"kept", one}, {"changed", one}, {"gone", two}});
  const DagLink new_inner = directory_of(blocks, {{"kept", one}, {"changed", two}, {"new", two}});
  const DagLink same = directory_of(blocks, {{"x", one}});
  const Cid before =
      directory_of(blocks,
                   {{"in", old_inner}, {"same", same}, {"was-file", one}, {"z-dir", same}, {"l", link}})
          .cid;
  const Cid after =
      directory_of(blocks, {{"in", new_inner}, {"same", same}, {"was-file", same}, {"a", link}, {"l", one}})
          .cid;
  EXPECT_EQ(diff(blocks, before, after).value(),
            "+a symlink\n"
            "~in/changed file file\n"
            "-in/gone file\n"
            "+in/new file\n"
            "~l symlink file\n"
            "~was-file file directory\n"
            "-z-dir directory\n");
  EXPECT_EQ(diff(blocks, before, before).value(), "");
}

TEST(TreeDiffTest, ComparesFilesAndCommitsToo) {
  MemoryBlocks blocks;
  const DagLink one = put_leaf(blocks, "one");
  const DagLink two = put_leaf(blocks, "two");
  EXPECT_EQ(diff(blocks, one.cid, two.cid).value(), "~ file file\n");
  Commit commit = genesis();
  commit.root = directory_of(blocks, {{"a", one}}).cid;
  const Cid before = blocks.put(Multicodec::dag_cbor, encode_commit(commit).value());
  const Cid empty = directory_of(blocks, {}).cid;
  EXPECT_EQ(diff(blocks, before, empty).value(), "-a file\n");
  EXPECT_EQ(diff(blocks, genesis_cid(), before).value(), "+a file\n");
}

TEST(TreeDiffTest, ComparesAPlainDirectoryWithAShardedOne) {
  MemoryBlocks blocks;
  const DagLink leaf = put_leaf(blocks, "x");
  std::map<std::string, DagLink> entries;
  for (int i = 0; i < 6000; ++i) entries["entry number " + std::to_string(i)] = leaf;
  const Cid large = directory_of(blocks, entries).cid;
  entries.erase("entry number 77");
  entries["fresh"] = leaf;
  EXPECT_EQ(diff(blocks, large, directory_of(blocks, entries).cid).value(),
            "-entry number 77 file\n+fresh file\n");
  const Cid small = directory_of(blocks, {{"entry number 0", leaf}}).cid;
  ASSERT_TRUE(inspect(blocks, large).value().sharded);
  ASSERT_FALSE(inspect(blocks, small).value().sharded);
  const std::string lines = diff(blocks, small, large).value();
  EXPECT_EQ(std::ranges::count(lines, '\n'), 5999);
}

TEST(TreeDiffTest, DoesNotReadWhatIsEqual) {
  MemoryBlocks blocks;
  const DagLink same = directory_of(blocks, {{"x", put_leaf(blocks, "x")}});
  const DagLink leaf = put_leaf(blocks, "y");
  const Cid before = directory_of(blocks, {{"same", same}}).cid;
  const Cid after = directory_of(blocks, {{"same", same}, {"y", leaf}}).cid;
  blocks.lose(same.cid);
  EXPECT_EQ(diff(blocks, before, after).value(), "+y file\n");
}

TEST(TreeDiffTest, TellsDamageFromAbsenceAndStopsWhenItsSinkFails) {
  MemoryBlocks blocks;
  const DagLink leaf = put_leaf(blocks, "y");
  const DagLink inner = directory_of(blocks, {{"x", leaf}});
  const Cid before = directory_of(blocks, {{"in", inner}}).cid;
  const Cid after = directory_of(blocks, {{"in", directory_of(blocks, {})}}).cid;
  const auto stopped = diff_trees(blocks, before, after, [](const Difference&) -> Status {
    return fail(Errc::failed, "pipe", "it is closed");
  });
  EXPECT_EQ(stopped.error().what, "pipe");
  blocks.lose(inner.cid);
  EXPECT_EQ(diff(blocks, before, after).error().code, Errc::corrupt);
  blocks.lose(before);
  EXPECT_EQ(diff(blocks, before, after).error().code, Errc::absent);
}

// Each of `levels` directories has the one below it twice.
Cid doubled(MemoryBlocks& blocks, DagLink directory, int levels) {
  for (int level = 0; level < levels; ++level)
    directory = directory_of(blocks, {{"l", directory}, {"r", directory}});
  return directory.cid;
}

TEST(TreeDiffTest, ComparesARepeatedPairOfEqualContentOnce) {
  MemoryBlocks blocks;
  DagLink leaf = put_leaf(blocks, "x");
  const Cid before = doubled(blocks, directory_of(blocks, {{"x", leaf}}), 14);
  ++leaf.dag_bytes;  // another link, another CID, the same content
  const Cid after = doubled(blocks, directory_of(blocks, {{"x", leaf}}), 14);
  ASSERT_NE(before, after);
  EXPECT_EQ(diff(blocks, before, after).value(), "");
  EXPECT_LT(blocks.reads, 14 * 8);
}

TEST(TreeDiffTest, TellsARepeatedDifferenceAtEveryPath) {
  MemoryBlocks blocks;
  const Cid before = doubled(blocks, directory_of(blocks, {{"x", put_leaf(blocks, "1")}}), 2);
  const Cid after = doubled(blocks, directory_of(blocks, {{"x", put_leaf(blocks, "2")}}), 2);
  EXPECT_EQ(diff(blocks, before, after).value(),
            "~l/l/x file file\n~l/r/x file file\n~r/l/x file file\n~r/r/x file file\n");
}

TEST(TreeDiffTest, StopsWhenFewBlocksDifferInEndlesslyManyPlaces) {
  MemoryBlocks blocks;
  const Cid before = doubled(blocks, directory_of(blocks, {{"x", put_leaf(blocks, "1")}}), 20);
  const Cid after = doubled(blocks, directory_of(blocks, {{"x", put_leaf(blocks, "2")}}), 20);
  for (const size_t pairs : {size_t{0}, size_t{5}, size_t{1} << 22}) {
    blocks.reads = 0;
    const auto lines = diff(blocks, before, after, {.pairs_remembered = pairs, .entries_repeated = 1000});
    ASSERT_FALSE(lines) << pairs;
    EXPECT_EQ(lines.error().code, Errc::failed);
    EXPECT_NE(lines.error().why.find("too many places"), std::string::npos);
    EXPECT_LT(blocks.reads, 5000) << pairs;
  }
}

TEST(TreeDiffTest, RefusesDirectoriesNestedTooDeep) {
  MemoryBlocks blocks;
  DagLink before = directory_of(blocks, {});
  DagLink after = directory_of(blocks, {{"x", before}});
  for (int level = 0; level < 1100; ++level) {
    before = directory_of(blocks, {{"d", before}});
    after = directory_of(blocks, {{"d", after}});
  }
  const auto lines = diff(blocks, before.cid, after.cid);
  ASSERT_FALSE(lines);
  EXPECT_EQ(lines.error().code, Errc::corrupt);
}

// A file's entry in a commit's tree.
struct Half {
  DagLink content;
  MetaEntry meta;
  ScanItem item;
};

Half file_half(MemoryBlocks& blocks, const std::string& name, std::string_view content, int64_t mtime) {
  Half half{put_leaf(blocks, content), {}, {}};
  half.meta.name = name;
  half.meta.mode = kModeFile | 0644;
  half.meta.size = content.size();
  half.meta.mtime.seconds = mtime;
  return half;
}

Half directory_half(MemoryBlocks& blocks, const std::string& name, const std::vector<Half>& entries) {
  DirectoryBuilder content(blocks);
  MetaListBuilder list(blocks);
  for (const Half& entry : entries) {
    if (has_content(entry.meta)) {
      EXPECT_TRUE(content.add(entry.meta.name, entry.content));
    }
    const Status added = list.add(entry.meta, entry.item);
    EXPECT_TRUE(added) << added.error().message();
  }
  Half half{content.finish().value(), {}, {}};
  half.meta.name = name;
  half.meta.mode = kModeDirectory | 0755;
  const MetaListLinks links = list.finish().value();
  half.meta.list = links.list;
  half.item.list = links.scan;
  return half;
}

TreeEntry entry_of(const Half& half) {
  TreeEntry entry;
  entry.name = half.meta.name;
  if (has_content(half.meta)) entry.content = half.content.cid;
  entry.meta = half.meta;
  entry.list = half.meta.list;
  return entry;
}

TEST(TreeDiffTest, TellsMetadataThatDoesNotFitAndCountsItAsNone) {
  MemoryBlocks blocks;
  const auto top = [&](const std::string& in_list, int64_t mtime) {
    Half half =
        directory_half(blocks, "sub", {file_half(blocks, "x", "x", 1), file_half(blocks, "y", "y", 1)});
    MetaListBuilder list(blocks);
    for (const std::string& name : {std::string("x"), in_list}) {
      const Half entry = file_half(blocks, name, "x", mtime);
      EXPECT_TRUE(list.add(entry.meta, entry.item));
    }
    half.meta.list = list.finish().value().list;
    return directory_half(blocks, "top", {half});
  };
  std::string lines;
  const auto gather = [&](const Difference& difference) -> Status {
    lines += difference.path + " ";
    return {};
  };
  std::string misfits;
  const auto gather_misfits = [&](const std::string& path, const Error& error) {
    misfits += path + ": " + error.what + " ";
  };
  ASSERT_TRUE(diff_entries(blocks, entry_of(top("y", 1)), entry_of(top("z", 2)), gather, {}, gather_misfits));
  EXPECT_EQ(lines, "sub/x ");
  EXPECT_EQ(misfits, "sub: metadata of 'z' ");
}

TEST(TreeDiffTest, TellsMetadataApartFromContent) {
  MemoryBlocks blocks;
  Half pipe;
  pipe.meta.name = "pipe";
  pipe.meta.mode = kModeFifo | 0600;
  Half stricter = pipe;
  stricter.meta.mode = kModeFifo | 0400;
  const Half same = directory_half(blocks, "same", {file_half(blocks, "x", "x", 1)});
  const Half deep = directory_half(blocks, "deep", {file_half(blocks, "kept", "1", 1), pipe});
  const Half deep_touched = directory_half(blocks, "deep", {file_half(blocks, "kept", "1", 2), stricter});
  const Half before = directory_half(
      blocks, "top", {deep, file_half(blocks, "edited", "1", 1), same, file_half(blocks, "touched", "t", 1)});
  Half after = directory_half(
      blocks, "top",
      {deep_touched, file_half(blocks, "edited", "2", 2), pipe, same, file_half(blocks, "touched", "t", 2)});
  std::string lines;
  const auto gather = [&](const Difference& difference) -> Status {
    lines += difference.metadata_alone ? "u" : difference.before ? (difference.after ? "~" : "-") : "+";
    lines += difference.path + " ";
    return {};
  };
  ASSERT_TRUE(diff_entries(blocks, entry_of(before), entry_of(before), gather));
  EXPECT_EQ(lines, "");
  const Status told = diff_entries(blocks, entry_of(before), entry_of(after), gather);
  ASSERT_TRUE(told) << told.error().message();
  EXPECT_EQ(lines, "udeep/kept udeep/pipe ~edited +pipe utouched ");

  // Metadata of one side alone is no difference.
  lines.clear();
  TreeEntry bare = entry_of(before);
  bare.meta.reset();
  bare.list.reset();
  ASSERT_TRUE(diff_entries(blocks, bare, entry_of(after), gather));
  EXPECT_EQ(lines, "~edited ");

  lines.clear();
  after = before;
  after.meta.uid = 5;
  ASSERT_TRUE(diff_entries(blocks, entry_of(before), entry_of(after), gather));
  EXPECT_EQ(lines, "u ");
}

}  // namespace
}  // namespace penstock
