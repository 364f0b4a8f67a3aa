// SPDX-License-Identifier: Apache-2.0
#include "dag/directory_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "dag/dag_pb.h"
#include "dag/directory_reader.h"
#include "dag/entry_name.h"
#include "dag/murmur3.h"
#include "dag/object_info.h"
#include "unit/base/random_seed.h"
#include "unit/dag/memory_blocks.h"
#include "unit/dag/node_blocks.h"

namespace penstock {
namespace {

DagLink child_of(const std::string& name) {
  return {cid_of(Multicodec::raw, as_bytes(name)), 1, 1};
}

DagLink directory_of(MemoryBlocks& blocks, const std::vector<std::string>& names) {
  DirectoryBuilder builder(blocks);
  for (const std::string& name : names) EXPECT_TRUE(builder.add(name, child_of(name)));
  return builder.finish().value();
}

std::vector<std::string> many_names(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back("entry " + std::to_string(i));
  return names;
}

// Of all blocks below, once a link, by walking.
uint64_t walked_dag_bytes(const MemoryBlocks& blocks, const Cid& cid) {
  if (!blocks.has(cid)) return 1;  // a child of child_of
  const auto& block = blocks.all().at(cid);
  uint64_t bytes = block.size();
  const PbNode node = PbNode::decode(block).value();
  for (const PbLink& link : node) bytes += walked_dag_bytes(blocks, link.cid);
  return bytes;
}

// Two names of 32 bytes and one hash: MurmurHash3's block step can be run backwards, so that the second half
// leads two different first halves to the same state.
std::pair<std::string, std::string> murmur3_twins() {
  constexpr uint64_t kC1 = 0x87c37b91114253d5;
  constexpr uint64_t kC2 = 0x4cf5ad432745937f;
  const auto inverse = [](uint64_t odd) {
    uint64_t x = odd;
    for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
    return x;
  };
  const auto mix1 = [](uint64_t k) { return std::rotl(k * kC1, 31) * kC2; };
  const auto mix2 = [](uint64_t k) { return std::rotl(k * kC2, 33) * kC1; };
  const auto unmix1 = [&](uint64_t k) { return std::rotr(k * inverse(kC2), 31) * inverse(kC1); };
  const auto unmix2 = [&](uint64_t k) { return std::rotr(k * inverse(kC1), 33) * inverse(kC2); };
  const auto state_after = [&](const std::string& half) {
    const auto* bytes = as_bytes(half).data();
    const uint64_t h1 = std::rotl(mix1(load_le<uint64_t>(bytes)), 27) * 5 + 0x52dce729;
    const uint64_t h2 = (std::rotl(mix2(load_le<uint64_t>(bytes + 8)), 31) + h1) * 5 + 0x38495ab5;
    return std::pair(h1, h2);
  };
  const std::string first = "first half here.";
  const std::string second_half = "and then the end";
  for (char letter = 'a';; ++letter) {
    const std::string other(16, letter);
    const auto [a1, a2] = state_after(first);
    const auto [b1, b2] = state_after(other);
    const auto* end = as_bytes(second_half).data();
    const uint64_t k1 =
        unmix1(b1 ^ std::rotr(std::rotl(a1 ^ mix1(load_le<uint64_t>(end)), 27) + a2 - b2, 27));
    const uint64_t k2 = unmix2(b2 ^ a2 ^ mix2(load_le<uint64_t>(end + 8)));
    std::string twin = other + std::string(16, ' ');
    std::memcpy(twin.data() + 16, &k1, 8);
    std::memcpy(twin.data() + 24, &k2, 8);
    if (entry_name_fault(twin).empty()) return {first + second_half, twin};
  }
}

TEST(DirectoryBuilderTest, AnEmptyDirectoryIsTheOneThatAllToolsKnow) {
  MemoryBlocks blocks;
  EXPECT_EQ(directory_of(blocks, {}).cid.text(),
            "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354");
}

TEST(DirectoryBuilderTest, GivesTheSameDirectoryInWhateverOrderItsEntriesCome) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (const size_t count : {size_t{50}, size_t{6000}}) {
    MemoryBlocks blocks;
    std::vector<std::string> names = many_names(count);
    names.push_back("\xff\xfe not UTF-8");
    names.push_back("Z");
    const DagLink directory = directory_of(blocks, names);
    std::ranges::shuffle(names, random);
    EXPECT_EQ(directory_of(blocks, names).cid, directory.cid);
    EXPECT_EQ(directory.dag_bytes, walked_dag_bytes(blocks, directory.cid));
    EXPECT_EQ(inspect(blocks, directory.cid).value().sharded, count == 6000);

    std::ranges::sort(names);
    const auto entries = DirectoryReader(blocks).list(directory.cid).value();
    ASSERT_EQ(entries.size(), names.size());
    for (size_t i = 0; i < names.size(); ++i) {
      EXPECT_EQ(entries[i].name, names[i]);
      EXPECT_EQ(entries[i].cid, child_of(names[i]).cid);
    }
  }
}

TEST(DirectoryBuilderTest, ShardsWhereTheNodeWouldPassItsLimitByOneByte) {
  // Each of these links takes 64 bytes (2 of tag and length, 38 of hash, 2 and 20 of name, 2 of Tsize); 4
  // bytes of data.
  std::vector<std::string> names;
  for (size_t i = 0; i < 4095; ++i) names.push_back("n" + std::to_string(1'000'000'000'000'000'000 + i));
  const size_t used = 4095 * 64 + 4;
  for (const size_t over : {0, 1}) {
    MemoryBlocks blocks;
    auto all = names;
    all.push_back(std::string(262144 - used + over - 44, 'x'));
    const ObjectInfo info = inspect(blocks, directory_of(blocks, all).cid).value();
    EXPECT_EQ(info.sharded, over == 1);
    if (over == 0) {
      EXPECT_EQ(info.block_bytes, 262144u);
    }
  }
}

TEST(DirectoryBuilderTest, RefusesNamesThatAFileSystemCannotHold) {
  MemoryBlocks blocks;
  DirectoryBuilder builder(blocks);
  const std::string nul("a\0b", 3);
  for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"), nul,
                                  std::string(kEntryNameBytesMax + 1, 'n')}) {
    const auto added = builder.add(name, child_of("x"));
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, Errc::usage);
  }
  EXPECT_TRUE(builder.add("...", child_of("x")));
  EXPECT_TRUE(builder.add(std::string(kEntryNameBytesMax, 'n'), child_of("x")));
}

TEST(DirectoryBuilderTest, RefusesANameThatComesTwiceAndNamesIt) {
  MemoryBlocks blocks;
  DirectoryBuilder builder(blocks);
  for (const char* name : {"a", "b\n", "c", "b\n"}) ASSERT_TRUE(builder.add(name, child_of(name)));
  const auto directory = builder.finish();
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, Errc::usage);
  EXPECT_EQ(directory.error().what, "'b\\x0a'");
}

TEST(DirectoryBuilderTest, RefusesTwoNamesOfOneHashInAShardedDirectory) {
  MemoryBlocks blocks;
  auto names = many_names(6000);
  const auto [first, second] = murmur3_twins();
  ASSERT_NE(first, second);
  ASSERT_EQ(murmur3_x64_64(as_bytes(first)), murmur3_x64_64(as_bytes(second)));
  names.push_back(first);
  names.push_back(second);
  DirectoryBuilder builder(blocks);
  for (const std::string& name : names) ASSERT_TRUE(builder.add(name, child_of(name)));
  const auto directory = builder.finish();
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, Errc::usage);
}

TEST(SymlinkTest, HoldsItsTarget) {
  MemoryBlocks blocks;
  const DagLink link = put_symlink(blocks, "../a b").value();
  const ObjectInfo info = inspect(blocks, link.cid).value();
  EXPECT_EQ(info.kind, ObjectKind::symlink);
  EXPECT_EQ(info.target, "../a b");
  EXPECT_EQ(link.dag_bytes, blocks.all().at(link.cid).size());
  EXPECT_EQ(put_symlink(blocks, "").error().code, Errc::usage);
  EXPECT_EQ(put_symlink(blocks, std::string("a\0b", 3)).error().code, Errc::usage);
}

TEST(SymlinkTest, IsRefusedWithATargetThatCannotBe) {
  MemoryBlocks blocks;
  UnixfsData data;
  data.type = UnixfsType::symlink;
  EXPECT_EQ(inspect(blocks, put_node(blocks, data, {})).error().code, Errc::corrupt);
  data.data = as_bytes(std::string_view("a\0b", 3));
  EXPECT_EQ(inspect(blocks, put_node(blocks, data, {})).error().code, Errc::corrupt);
}

// Computed with the reference MurmurHash3.cpp's algorithm in another implementation (npm
// @multiformats/murmur3).
TEST(Murmur3Test, MeetsVectorsOfAnotherImplementation) {
  const std::pair<std::string_view, uint64_t> cases[] = {
      {"", 0},
      {"a", 0x85555565f6597889},
      {"hello", 0xcbd8a7b341bd9b02},
      {"fifteen bytes..", 0xce2dafedb0c29697},
      {"sixteen bytes 1!", 0x36a8ff9a959c19b1},
      {"seventeen bytes !", 0xe22968d8dad416ce},
      {"The quick brown fox jumps over the lazy dog", 0xe34bbc7bbc071b6c},
      {"\xc3\xa9\xe4\xb8\x96", 0xd70dca518554af69}};
  for (const auto& [text, hash] : cases) EXPECT_EQ(murmur3_x64_64(as_bytes(text)), hash) << text;
}

TEST(PrintableTest, EscapesWhatCouldDeceiveATerminal) {
  EXPECT_EQ(printable("plain \xc3\xa9"), "plain \xc3\xa9");
  EXPECT_EQ(printable("\x1b[2J\x7f"), "\\x1b[2J\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");
  EXPECT_EQ(printable("\xff\xe2\x82"), "\\xff\\xe2\\x82");
  EXPECT_EQ(printable("a'b\\"), "a\\'b\\\\");
  // Overlong, surrogate, beyond U+10FFFF.
  EXPECT_EQ(printable("\xc0\x80"), "\\xc0\\x80");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

}  // namespace
}  // namespace penstock
