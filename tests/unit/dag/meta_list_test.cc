// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "dag/block_links.h"
#include "dag/cbor_writer.h"
#include "dag/meta_list_builder.h"
#include "dag/meta_list_reader.h"
#include "unit/base/random_seed.h"
#include "unit/dag/memory_blocks.h"

namespace penstock {
namespace {

const Cid kScan = cid_of(Multicodec::dag_cbor, as_bytes("scan"));
const Cid kList = cid_of(Multicodec::dag_cbor, as_bytes("list"));

struct Pair {
  MetaEntry entry;
  ScanItem item;
};

Pair made(std::string name, uint64_t number) {
  Pair pair;
  pair.entry = {
      .name = std::move(name), .mode = kModeFile | 0644, .mtime = {1'700'000'000, 7}, .size = number};
  pair.item.mark = ScanMark{number, {1'700'000'001, 9}};
  if (number % 10 == 3) pair.item.mark.reset();
  if (number % 10 == 5) {
    pair.entry.mode = kModeDirectory | 0755;
    pair.entry.size = 0;
    pair.entry.list = kList;
    pair.item.list = kScan;
  }
  return pair;
}

std::vector<Pair> numbered(size_t count) {
  std::vector<Pair> pairs;
  for (size_t i = 0; i < count; ++i) pairs.push_back(made("name-" + std::to_string(1'000'000 + i), i));
  return pairs;
}

MetaListLinks build(BlockSink& sink, const std::vector<Pair>& pairs, const ListLimits& limits = {}) {
  MetaListBuilder builder(sink, limits);
  for (const Pair& pair : pairs) {
    const Status added = builder.add(pair.entry, pair.item);
    EXPECT_TRUE(added) << added.error().message();
  }
  const auto links = builder.finish();
  EXPECT_TRUE(links) << links.error().message();
  EXPECT_EQ(links->entries, pairs.size());
  return *links;
}

void expect_reads(BlockSource& source, const MetaListLinks& links, const std::vector<Pair>& pairs) {
  MetaListReader reader(source, links.list, links.scan);
  for (const Pair& pair : pairs) {
    const auto entry = reader.next();
    ASSERT_TRUE(entry) << entry.error().message();
    ASSERT_TRUE(entry->has_value());
    EXPECT_EQ(**entry, pair.entry);
    EXPECT_EQ(reader.item(), pair.item);
  }
  const auto end = reader.next();
  ASSERT_TRUE(end) << end.error().message();
  EXPECT_FALSE(end->has_value());
}

Status walk(BlockSource& source, const Cid& list) {
  MetaListReader reader(source, list);
  while (true) {
    PENSTOCK_TRY_ASSIGN(const auto entry, reader.next());
    if (!entry) return {};
  }
}

std::unordered_set<Cid, CidHash> blocks_of(const MemoryBlocks& blocks) {
  std::unordered_set<Cid, CidHash> all;
  for (const auto& [cid, block] : blocks.all()) all.insert(cid);
  return all;
}

// Of small lists, so that trees of some levels are quick to build.
constexpr ListLimits kSmall{.plain_bytes_max = 300,
                            .leaf_entries_min = 2,
                            .leaf_entries_max = 6,
                            .leaf_bytes_max = 800,
                            .node_links_min = 2,
                            .node_links_max = 5,
                            .node_bytes_max = 2000};

TEST(MetaListTest, ComesBackAsItWasWhateverItsSize) {
  for (const size_t count : {0, 1, 2, 5, 6, 7, 40, 500, 3000}) {
    SCOPED_TRACE(count);
    const auto pairs = numbered(count);
    MemoryBlocks blocks;
    expect_reads(blocks, build(blocks, pairs, kSmall), pairs);
    expect_reads(blocks, build(blocks, pairs), pairs);
  }
}

TEST(MetaListTest, TheEmptyListIsAConstant) {
  MemoryBlocks blocks;
  const MetaListLinks links = build(blocks, {});
  const std::vector<uint8_t> expected{0xa1, 0x67, 'e', 'n', 't', 'r', 'i', 'e', 's', 0x80};
  EXPECT_EQ(blocks.all().at(links.list), expected);
  EXPECT_EQ(links.list, links.scan);
}

// Entries of a known size, so that the leaf's block has exactly `bytes`.
std::vector<Pair> list_of_bytes(size_t bytes) {
  MemoryBlocks blocks;
  std::vector<Pair> pairs = numbered(1000);
  MetaListBuilder builder(blocks, {.plain_bytes_max = 1 << 20, .leaf_bytes_max = 1 << 20});
  for (const Pair& pair : pairs) EXPECT_TRUE(builder.add(pair.entry, pair.item));
  size_t now = blocks.all().at(builder.finish()->list).size();
  for (Pair& pair : pairs) {
    const size_t more = std::min<size_t>(bytes - now, 100);
    if (more < 30 && bytes - now >= 30) continue;
    const size_t before = pair.entry.name.size();
    // A name of 24 to 255 bytes has a head of one byte more.
    pair.entry.name += std::string(before + more >= 24 && before < 24 ? more - 1 : more, 'x');
    now += more;
    if (now == bytes) break;
  }
  return pairs;
}

TEST(MetaListTest, AListOf65536BytesIsPlainAndOneMoreIsCut) {
  for (const size_t bytes : {65536, 65537}) {
    SCOPED_TRACE(bytes);
    const auto pairs = list_of_bytes(bytes);
    MemoryBlocks blocks;
    const MetaListLinks links = build(blocks, pairs);
    if (bytes == 65536) {
      ASSERT_EQ(blocks.all().at(links.list).size(), 65536U);
      EXPECT_EQ(blocks.count(), 2U);
    } else {
      EXPECT_LT(blocks.all().at(links.list).size(), 4096U);
      EXPECT_GT(blocks.count(), 4U);
    }
    expect_reads(blocks, links, pairs);
  }
}

TEST(MetaListTest, CutsStayInStepUnderInserts) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  auto pairs = numbered(50'000);
  MemoryBlocks before;
  build(before, pairs);
  const size_t at = random() % pairs.size();
  pairs.insert(pairs.begin() + static_cast<long>(at) + 1, made(pairs[at].entry.name + "x", 8));
  MemoryBlocks after;
  const MetaListLinks links = build(after, pairs);
  expect_reads(after, links, pairs);
  const auto old = blocks_of(before);
  size_t fresh = 0;
  for (const auto& [cid, block] : after.all()) fresh += old.contains(cid) ? 0 : 1;
  // A leaf and a node of each tree; where a leaf was cut for its size, the leaves up to the next cut by name.
  EXPECT_LE(fresh, 2U * 12);
  EXPECT_GE(fresh, 4U);
}

TEST(MetaListTest, OneChangeOfAMillionRewritesThreeBlocks) {
  auto pairs = numbered(1'000'000);
  MemoryBlocks before;
  build(before, pairs);
  pairs[777'777].entry.mtime.seconds += 1;
  MemoryBlocks after;
  const MetaListLinks links = build(after, pairs);
  const auto old = blocks_of(before);
  size_t fresh = 0;
  size_t bytes = 0;
  for (const auto& [cid, block] : after.all()) {
    if (old.contains(cid)) continue;
    ++fresh;
    bytes += block.size();
  }
  EXPECT_EQ(fresh, 3U) << "a leaf, a node, the root; the scan list is as it was";
  EXPECT_LT(bytes, 200'000U);
  EXPECT_EQ(look_up_meta(after, links.list, pairs[777'777].entry.name).value(), pairs[777'777].entry);
}

TEST(MetaListTest, SeekGoesToTheFirstThatIsNotBefore) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  std::vector<Pair> pairs;
  for (size_t i = 0; i < 2000; ++i) pairs.push_back(made("name-" + std::to_string(100'000 + 2 * i), i));
  MemoryBlocks blocks;
  const MetaListLinks links = build(blocks, pairs, kSmall);
  for (int round = 0; round < 200; ++round) {
    MetaListReader reader(blocks, links.list, links.scan);
    size_t at = 0;
    while (true) {
      at += random() % (random() % 3 == 0 ? 700 : 4);
      const std::string name = "name-" + std::to_string(100'000 + at);
      ASSERT_TRUE(reader.seek(name));
      const auto entry = reader.next();
      ASSERT_TRUE(entry) << entry.error().message();
      const size_t index = (at + 1) / 2;
      if (index >= pairs.size()) {
        EXPECT_FALSE(entry->has_value());
        break;
      }
      ASSERT_TRUE(entry->has_value());
      EXPECT_EQ(**entry, pairs[index].entry);
      EXPECT_EQ(reader.item(), pairs[index].item);
      at = 2 * index + 1;
    }
  }
}

TEST(MetaListTest, SeekReadsOnlyTheWay) {
  const auto pairs = numbered(100'000);
  MemoryBlocks blocks;
  const MetaListLinks links = build(blocks, pairs);
  for (size_t i = 0; i < pairs.size(); i += 9'973) {
    blocks.reads = 0;
    EXPECT_EQ(look_up_meta(blocks, links.list, pairs[i].entry.name).value(), pairs[i].entry);
    EXPECT_LE(blocks.reads, 3U);
  }
  const auto none = look_up_meta(blocks, links.list, "name-");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::absent);
}

TEST(MetaListTest, BuilderRefusesNamesOutOfOrder) {
  MemoryBlocks blocks;
  MetaListBuilder builder(blocks);
  ASSERT_TRUE(builder.add(made("b", 1).entry, {}));
  EXPECT_FALSE(builder.add(made("b", 1).entry, {}));
  EXPECT_FALSE(builder.add(made("a", 1).entry, {}));
  EXPECT_FALSE(builder.add(made("c", 5).entry, {})) << "a directory without its scan list";
  EXPECT_FALSE(builder.add(made("c", 1).entry, {std::nullopt, kScan}));
  EXPECT_TRUE(builder.add(made("c", 1).entry, {}));
}

TEST(MetaListTest, LongNamesCutNodesByTheirBytes) {
  std::vector<Pair> pairs;
  for (size_t i = 0; i < 3000; ++i)
    pairs.push_back(made(std::to_string(100'000 + i) + std::string(4090, 'x'), i));
  MemoryBlocks blocks;
  const MetaListLinks links = build(blocks, pairs);
  for (const auto& [cid, block] : blocks.all()) EXPECT_LE(block.size(), 524'288U);
  expect_reads(blocks, links, pairs);
}

TEST(MetaListTest, AMissingBlockIsDamage) {
  const auto pairs = numbered(3000);
  MemoryBlocks blocks;
  const MetaListLinks links = build(blocks, pairs);
  const auto all = blocks_of(blocks);
  const auto of_list = block_links(Multicodec::dag_cbor, blocks.all().at(links.list)).value();
  blocks.lose(of_list[1]);
  const Status walked = walk(blocks, links.list);
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().code, Errc::corrupt);
}

TEST(MetaListTest, AScanListThatDoesNotMirrorCountsAsNone) {
  const auto pairs = numbered(2000);
  auto fewer = pairs;
  fewer.erase(fewer.begin() + 1000);
  MemoryBlocks blocks;
  MetaListLinks links = build(blocks, pairs, kSmall);
  const MetaListLinks other = build(blocks, fewer, kSmall);
  const Cid raw = blocks.put(Multicodec::raw, as_bytes("raw"));
  const Cid missing = cid_of(Multicodec::dag_cbor, as_bytes("nowhere"));
  for (const Cid& scan : {other.scan, links.list, raw, missing}) {
    MetaListReader reader(blocks, links.list, scan);
    for (const Pair& pair : pairs) {
      const auto entry = reader.next();
      ASSERT_TRUE(entry && *entry) << "never an error";
      EXPECT_EQ(**entry, pair.entry);
      EXPECT_FALSE(scan != other.scan && reader.item().mark);
    }
  }
}

// Blocks of our own making.
class ForgedList {
 public:
  Cid leaf(const std::vector<std::string>& names) {
    std::vector<uint8_t> block;
    CborWriter to(block);
    to.map(1);
    to.text("entries");
    to.array(names.size());
    for (const std::string& name : names) EXPECT_TRUE(append_meta_entry(block, made(name, 1).entry));
    return blocks.put(Multicodec::dag_cbor, block);
  }
  struct Shard {
    std::string first;
    Cid cid;
    uint64_t entries = 0;
  };
  Cid node(uint64_t level, const std::vector<Shard>& shards) {
    std::vector<uint8_t> block;
    CborWriter to(block);
    to.map(2);
    to.text("level");
    to.natural(level);
    to.text("shards");
    to.array(shards.size());
    for (const Shard& shard : shards) {
      to.array(3);
      to.bytes(as_bytes(shard.first));
      to.link(shard.cid);
      to.natural(shard.entries);
    }
    return blocks.put(Multicodec::dag_cbor, block);
  }
  bool refused(const Cid& list) {
    const Status walked = walk(blocks, list);
    EXPECT_TRUE(walked || walked.error().code == Errc::corrupt);
    return !walked;
  }

  MemoryBlocks blocks;
};

TEST(MetaListTest, RefusesANameOutsideItsShard) {
  ForgedList forged;
  const Cid ab = forged.leaf({"a", "b"});
  const Cid cd = forged.leaf({"c", "d"});
  EXPECT_FALSE(forged.refused(forged.node(1, {{"a", ab, 2}, {"c", cd, 2}})));
  EXPECT_TRUE(forged.refused(forged.node(1, {{"a", ab, 2}, {"b", cd, 2}}))) << "another first name";
  EXPECT_TRUE(forged.refused(forged.node(1, {{"a", forged.leaf({"a", "c"}), 2}, {"c", cd, 2}})));
  EXPECT_TRUE(forged.refused(forged.node(1, {{"c", cd, 2}, {"a", ab, 2}})));
  EXPECT_TRUE(forged.refused(forged.node(1, {{"a", ab, 2}, {"a", ab, 2}})));
}

TEST(MetaListTest, RefusesNodesThatLie) {
  ForgedList forged;
  const Cid ab = forged.leaf({"a", "b"});
  const Cid cd = forged.leaf({"c", "d"});
  const Cid below = forged.node(1, {{"a", ab, 2}});
  EXPECT_FALSE(forged.refused(forged.node(2, {{"a", below, 2}, {"c", forged.node(1, {{"c", cd, 2}}), 2}})));
  EXPECT_TRUE(forged.refused(forged.node(1, {{"a", ab, 3}, {"c", cd, 2}}))) << "entries";
  EXPECT_TRUE(forged.refused(forged.node(2, {{"a", below, 3}}))) << "entries below";
  EXPECT_TRUE(forged.refused(forged.node(3, {{"a", below, 2}}))) << "a level left out";
  EXPECT_TRUE(forged.refused(forged.node(1, {{"a", below, 2}}))) << "a level twice";
  EXPECT_TRUE(forged.refused(forged.node(0, {{"a", ab, 2}})));
  EXPECT_TRUE(forged.refused(forged.node(9, {{"a", ab, 2}})));
  EXPECT_TRUE(forged.refused(forged.node(1, {})));
  EXPECT_TRUE(forged.refused(forged.node(1, {{"a", forged.leaf({}), 0}}))) << "an empty leaf below a node";
  EXPECT_TRUE(forged.refused(forged.node(1, {{"a", ab, ~uint64_t{0}}, {"c", cd, 3}})));
}

TEST(MetaListTest, RefusesLeavesThatAreNone) {
  ForgedList forged;
  EXPECT_TRUE(forged.refused(forged.leaf({"b", "a"})));
  EXPECT_TRUE(forged.refused(forged.leaf({"a", "a"})));
  auto block = forged.blocks.all().at(forged.leaf({"a"}));
  block.push_back(0);
  EXPECT_TRUE(forged.refused(forged.blocks.put(Multicodec::dag_cbor, block)));
  EXPECT_TRUE(forged.refused(forged.blocks.put(Multicodec::dag_cbor, as_bytes("\xf6"))));
  EXPECT_TRUE(forged.refused(forged.blocks.put(Multicodec::raw, as_bytes("x"))));
}

}  // namespace
}  // namespace penstock
