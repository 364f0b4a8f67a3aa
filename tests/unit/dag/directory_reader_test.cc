// SPDX-License-Identifier: Apache-2.0
#include "dag/directory_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dag/commit.h"
#include "dag/directory_builder.h"
#include "dag/hamt_builder.h"
#include "dag/murmur3.h"
#include "unit/dag/memory_blocks.h"
#include "unit/dag/node_blocks.h"

namespace penstock {
namespace {

const Cid kChild = cid_of(Multicodec::raw, as_bytes("child"));

Cid plain(MemoryBlocks& blocks, const std::vector<std::string>& names) {
  UnixfsData data;
  data.type = UnixfsType::directory;
  std::vector<PbLink> links;
  for (const std::string& name : names) links.push_back({kChild, name, 1});
  return put_node(blocks, data, links);
}

struct Slot {
  std::string name;  // slot and entry
  Cid cid = kChild;
};

std::string slot_of(const std::string& name, unsigned depth) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const uint8_t slot = hamt_slot(murmur3_x64_64(as_bytes(name)), depth);
  return {kDigits[slot >> 4], kDigits[slot & 15]};
}

std::string at_its_slot(const std::string& name, unsigned depth) {
  return slot_of(name, depth) + name;
}

// A shard with the bit field that its links call for, but for the bits in `wrong`.
Cid shard(MemoryBlocks& blocks, const std::vector<Slot>& slots, const std::vector<uint8_t>& wrong = {}) {
  std::vector<uint8_t> field(32);
  const auto flip = [&](unsigned long slot) { field[31 - slot / 8] ^= static_cast<uint8_t>(1 << slot % 8); };
  std::vector<PbLink> links;
  for (const Slot& slot : slots) {
    links.push_back({slot.cid, slot.name, 1});
    if (slot.name.size() >= 2 && isxdigit(slot.name[0]))
      flip(std::stoul(slot.name.substr(0, 2), nullptr, 16));
  }
  for (const uint8_t slot : wrong) flip(slot);
  UnixfsData data;
  data.type = UnixfsType::hamt_shard;
  data.data = field;
  data.fanout = kHamtFanout;
  data.hash_type = kHamtHashType;
  return put_node(blocks, data, links);
}

void expect_refused(MemoryBlocks& blocks, const Cid& directory, std::string_view why) {
  const auto entries = DirectoryReader(blocks).list(directory);
  ASSERT_FALSE(entries) << why;
  EXPECT_EQ(entries.error().code, Errc::corrupt) << why;
  EXPECT_NE(entries.error().remedy, "") << why;
  EXPECT_NE(entries.error().message().find(why), std::string::npos) << entries.error().message();
}

TEST(DirectoryReaderTest, RefusesNamesThatLeadAstrayByName) {
  MemoryBlocks blocks;
  expect_refused(blocks, plain(blocks, {"..", "a"}), "'..': its name leads to another directory");
  expect_refused(blocks, plain(blocks, {"."}), "'.': its name leads");
  expect_refused(blocks, plain(blocks, {""}), "its name is empty");
  expect_refused(blocks, plain(blocks, {"a/b"}), "'a/b': its name has a '/'");
  expect_refused(blocks, plain(blocks, {"/etc"}), "has a '/'");
  expect_refused(blocks, plain(blocks, {std::string("a\0b", 3)}), "'a\\x00b': its name has a NUL");
  expect_refused(blocks, plain(blocks, {std::string(5000, 'n')}), "longer than 4,096");
}

TEST(DirectoryReaderTest, RefusesNamesTwiceAndOutOfOrder) {
  MemoryBlocks blocks;
  expect_refused(blocks, plain(blocks, {"a", "a"}), "'a': it stands twice");
  expect_refused(blocks, plain(blocks, {"b", "a"}), "'a': it stands twice or out of order");
  // Bytes are unsigned.
  EXPECT_TRUE(DirectoryReader(blocks).list(plain(blocks, {"z", "\xc3\xa9"})));
}

TEST(DirectoryReaderTest, SaysWhatIsNoDirectoryAndWhatIsNotThere) {
  MemoryBlocks blocks;
  DirectoryReader reader(blocks);
  EXPECT_EQ(reader.list(put_leaf(blocks, "x").cid).error().code, Errc::usage);
  EXPECT_EQ(reader.list(put_file_node(blocks, "x", {}).cid).error().code, Errc::usage);
  EXPECT_EQ(reader.lookup(put_leaf(blocks, "x").cid, "a").error().code, Errc::usage);
  EXPECT_EQ(reader.lookup(put_file_node(blocks, "x", {}).cid, "a").error().code, Errc::usage);
  EXPECT_EQ(reader.list(cid_of(Multicodec::dag_pb, as_bytes("nowhere"))).error().code, Errc::absent);
  EXPECT_EQ(reader.lookup(plain(blocks, {"a"}), "b").error().code, Errc::absent);
  EXPECT_EQ(reader.lookup(plain(blocks, {"a"}), "a").value().cid, kChild);
}

TEST(DirectoryReaderTest, RefusesShardsThatAreNotWhereTheirHashPutsThem) {
  MemoryBlocks blocks;
  const std::string good = at_its_slot("name", 0);
  ASSERT_TRUE(DirectoryReader(blocks).list(shard(blocks, {{good}})));
  expect_refused(blocks, shard(blocks, {{"00name"}}), "'name': it is not where its hash puts it");
  expect_refused(blocks, shard(blocks, {{good}}, {3}), "bit field");
  expect_refused(
      blocks, shard(blocks, {{good}}, {3, static_cast<uint8_t>(std::stoul(good.substr(0, 2), nullptr, 16))}),
      "bit field");
  expect_refused(blocks, shard(blocks, {{"zzname"}}, {3}), "upper-case hex");
  expect_refused(blocks, shard(blocks, {{"afname"}}), "upper-case hex");
  expect_refused(blocks, shard(blocks, {{"A"}}, {3}), "upper-case hex");
  expect_refused(blocks, shard(blocks, {{at_its_slot("..", 0)}}), "leads to another directory");
  // The same slot twice leaves one bit for two links.
  expect_refused(blocks, shard(blocks, {{good}, {good}}), "bit field");
}

TEST(DirectoryReaderTest, RefusesShardLinksOutOfOrder) {
  MemoryBlocks blocks;
  std::vector<Slot> slots = {{at_its_slot("one", 0)}, {at_its_slot("two", 0)}};
  std::ranges::sort(slots, std::greater(), &Slot::name);
  expect_refused(blocks, shard(blocks, slots), "out of order");
}

TEST(DirectoryReaderTest, RefusesShardsBelowThatAreEmptyForeignOrMissing) {
  MemoryBlocks blocks;
  expect_refused(blocks, shard(blocks, {{"00", shard(blocks, {})}}), "empty");
  expect_refused(blocks, shard(blocks, {{"00", plain(blocks, {"a"})}}), "no shard");
  expect_refused(blocks, shard(blocks, {{"00", kChild}}), "no shard");
  const Cid missing = cid_of(Multicodec::dag_pb, as_bytes("nowhere"));
  expect_refused(blocks, shard(blocks, {{"00", missing}}), "its block " + missing.text() + " is missing");
  // An entry of another slot above, though right in its own shard.
  const std::string slot = slot_of("name", 0) == "00" ? "01" : "00";
  expect_refused(blocks, shard(blocks, {{slot, shard(blocks, {{at_its_slot("name", 1)}})}}),
                 "not where its hash");
}

TEST(DirectoryReaderTest, FollowsShardsAsDeepAsTheirHashAndNoDeeper) {
  MemoryBlocks blocks;
  Cid below = shard(blocks, {{at_its_slot("name", 7)}});
  for (unsigned depth = 7; depth-- > 0;) below = shard(blocks, {{slot_of("name", depth), below}});
  const auto entries = DirectoryReader(blocks).list(below);
  ASSERT_TRUE(entries) << entries.error().message();
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ(entries->front().name, "name");
  EXPECT_EQ(DirectoryReader(blocks).lookup(below, "name").value().cid, kChild);
  EXPECT_EQ(DirectoryReader(blocks).lookup(below, "other").error().code, Errc::absent);

  below = shard(blocks, {{slot_of("name", 7), shard(blocks, {{at_its_slot("name", 0)}})}});
  for (unsigned depth = 7; depth-- > 0;) below = shard(blocks, {{slot_of("name", depth), below}});
  expect_refused(blocks, below, "nested deeper than their hash");
}

TEST(DirectoryReaderTest, RefusesOtherFanoutsAndHashes) {
  MemoryBlocks blocks;
  UnixfsData data;
  data.type = UnixfsType::hamt_shard;
  data.fanout = 16;
  data.hash_type = kHamtHashType;
  expect_refused(blocks, put_node(blocks, data, {}), "fanout 256");
  data.fanout = kHamtFanout;
  data.hash_type = 0x12;
  expect_refused(blocks, put_node(blocks, data, {}), "fanout 256");
  const std::vector<uint8_t> field(33, 0);
  data.hash_type = kHamtHashType;
  data.data = field;
  expect_refused(blocks, put_node(blocks, data, {}), "bit field");
}

TEST(DirectoryReaderTest, LooksUpInALargeDirectoryWithAFewReads) {
  MemoryBlocks blocks;
  DirectoryBuilder builder(blocks);
  for (int i = 0; i < 20000; ++i) {
    const std::string name = "n" + std::to_string(i);
    ASSERT_TRUE(builder.add(name, {cid_of(Multicodec::raw, as_bytes(name)), 0, 1}));
  }
  const Cid directory = builder.finish().value().cid;
  DirectoryReader reader(blocks);
  for (int i = 0; i < 20000; i += 997) {
    const std::string name = "n" + std::to_string(i);
    blocks.reads = 0;
    EXPECT_EQ(reader.lookup(directory, name).value().cid, cid_of(Multicodec::raw, as_bytes(name)));
    EXPECT_LE(blocks.reads, 4u);
  }
  EXPECT_EQ(reader.lookup(directory, "n20000").error().code, Errc::absent);
}

TEST(ResolvePathTest, FollowsEntriesFromADirectoryOrACommit) {
  MemoryBlocks blocks;
  const DagLink file = put_leaf(blocks, "content");
  DirectoryBuilder inner(blocks);
  ASSERT_TRUE(inner.add("file", file));
  const DagLink inner_link = inner.finish().value();
  DirectoryBuilder outer(blocks);
  ASSERT_TRUE(outer.add("in", inner_link));
  ASSERT_TRUE(outer.add("link", put_symlink(blocks, "in").value()));
  const Cid root = outer.finish().value().cid;

  EXPECT_EQ(resolve_path(blocks, root, "").value(), root);
  EXPECT_EQ(resolve_path(blocks, root, "in").value(), inner_link.cid);
  EXPECT_EQ(resolve_path(blocks, root, "in/").value(), inner_link.cid);
  EXPECT_EQ(resolve_path(blocks, root, "in/file").value(), file.cid);
  EXPECT_EQ(resolve_path(blocks, root, "in/other").error().code, Errc::absent);
  for (const char* path : {"/in", "in//file", "in/../in", "./in", "in/file/below", "link/file"}) {
    EXPECT_EQ(resolve_path(blocks, root, path).error().code, Errc::usage) << path;
  }

  Commit commit = genesis();
  commit.root = root;
  const Cid cid = blocks.put(Multicodec::dag_cbor, encode_commit(commit).value());
  EXPECT_EQ(resolve_path(blocks, cid, "in/file").value(), file.cid);
  EXPECT_EQ(resolve_path(blocks, genesis_cid(), "").value(), genesis().root);

  blocks.lose(inner_link.cid);
  EXPECT_EQ(resolve_path(blocks, root, "in/file").error().code, Errc::corrupt);
  blocks.lose(root);
  EXPECT_EQ(resolve_path(blocks, root, "in").error().code, Errc::absent);
  EXPECT_EQ(resolve_path(blocks, cid, "in").error().code, Errc::corrupt);
}

}  // namespace
}  // namespace penstock
