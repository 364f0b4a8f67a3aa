// SPDX-License-Identifier: Apache-2.0
#include "dag/commit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>

#include "dag/object_info.h"
#include "unit/dag/memory_blocks.h"

namespace penstock {
namespace {

Cid commit_cid(std::string_view text) {
  return cid_of(Multicodec::dag_cbor, as_bytes(text));
}

Commit sample() {
  Commit commit;
  commit.root = cid_of(Multicodec::dag_pb, as_bytes("root"));
  commit.meta = commit_cid("meta");
  commit.parents = {commit_cid("head"), commit_cid("jump")};
  commit.jump = commit_cid("jump");
  commit.depth = 3;
  commit.seq = 7;
  commit.time_ns = -1;
  commit.sizes = {1, 2, 3, 4, 5, 6, ~uint64_t{0}};
  commit.name = "na\xc3\xafve";
  commit.host = "host";
  commit.paths = {"plain", std::string("\xff\x00", 2), ""};
  commit.policy = {"cdc:16K:64K:256K", "auto", "penstock"};
  commit.verify = "sample:0.5";
  return commit;
}

Errc refusal(const std::function<void(Commit&)>& change) {
  Commit commit = sample();
  change(commit);
  const auto block = encode_commit(commit);
  return block ? Errc{} : block.error().code;
}

// The sample's block with one field of its map changed.
Result<Commit> decode_changed(const std::function<void(CborValue::Map&)>& change) {
  CborValue value = decode_dag_cbor(encode_commit(sample()).value()).value();
  change(std::get<CborValue::Map>(value.item));
  return decode_commit(encode_dag_cbor(value).value());
}

CborValue& field(CborValue::Map& map, std::string_view name) {
  return std::ranges::find(map, name, [](const auto& item) { return std::string_view(item.key); })->value;
}

std::string hex_of(Bytes bytes) {
  std::string text;
  for (const uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

TEST(CommitTest, ReadsWhatItWrites) {
  Commit commit = sample();
  for (const int64_t time : {INT64_MIN, int64_t{-1}, int64_t{0}, int64_t{1}, INT64_MAX}) {
    commit.time_ns = time;
    const auto block = encode_commit(commit);
    ASSERT_TRUE(block) << block.error().message();
    const auto read = decode_commit(*block);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, commit);
  }
}

TEST(CommitTest, GenesisIsTheConstantOfItsDocument) {
  EXPECT_EQ(genesis_cid().text(), "bafyreiaugs7dtelbjumqa7tea2qlovu3ycrr4bahc53tt3nf4aebjnop5e");
  const auto block = encode_commit(genesis()).value();
  EXPECT_EQ(cid_of(Multicodec::dag_cbor, block), genesis_cid());
  EXPECT_EQ(decode_commit(block).value(), genesis());

  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  const char* source_directory = std::getenv("PENSTOCK_SOURCE_DIR");
  std::ifstream in(std::string(source_directory == nullptr ? "." : source_directory) + "/docs/history.md");
  ASSERT_TRUE(in) << "run it by ctest, or from the project's root";
  std::string written((std::istreambuf_iterator<char>(in)), {});
  EXPECT_NE(written.find(genesis_cid().text()), std::string::npos);
  std::erase_if(written, [](char letter) { return letter == ' ' || letter == '\n'; });
  EXPECT_NE(written.find(hex_of(block)), std::string::npos);
}

TEST(CommitTest, IsNotMadeWithParentsThatNoneCanHave) {
  EXPECT_EQ(refusal([](Commit&) {}), Errc{});
  EXPECT_EQ(refusal([](Commit& c) { c.parents.clear(); }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.parents.pop_back(); }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.parents[0] = c.parents[1]; }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.jump.reset(); }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.jump = c.parents[0]; }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.jump = commit_cid("elsewhere"); }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.depth = 0; }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.depth = 2; }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.depth = uint64_t{1} << 53; }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.seq = ~uint64_t{0}; }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.parents.push_back(cid_of(Multicodec::raw, {})); }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.root = commit_cid("root"); }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.meta = c.root; }), Errc::usage);
  EXPECT_EQ(refusal([](Commit& c) { c.name = "\xff"; }), Errc::usage);

  Cid low = commit_cid("one");
  Cid high = commit_cid("two");
  if (high < low) std::swap(low, high);
  EXPECT_EQ(refusal([&](Commit& c) { c.parents.insert(c.parents.end(), {low, high}); }), Errc{});
  EXPECT_EQ(refusal([&](Commit& c) { c.parents.insert(c.parents.end(), {high, low}); }), Errc::usage);
  EXPECT_EQ(refusal([&](Commit& c) {
              for (const char* text : {"a", "b", "c", "d"}) c.parents.push_back(commit_cid(text));
            }),
            Errc::usage);
}

TEST(CommitTest, IsRefusedWithFieldsMissingUnknownOrOfAnotherType) {
  using Map = CborValue::Map;
  ASSERT_TRUE(decode_changed([](Map&) {}));
  const size_t fields = std::get<Map>(decode_dag_cbor(encode_commit(sample()).value()).value().item).size();
  EXPECT_EQ(fields, 14u);
  for (size_t i = 0; i < fields; ++i) {
    const auto missing =
        decode_changed([&](Map& map) { map.erase(map.begin() + static_cast<std::ptrdiff_t>(i)); });
    ASSERT_FALSE(missing) << i;
    EXPECT_EQ(missing.error().code, Errc::corrupt);
    EXPECT_FALSE(decode_changed([&](Map& map) { map[i].value = CborValue{1.5}; })) << i;
  }
  EXPECT_FALSE(decode_changed([](Map& map) { map.push_back({"more", CborValue{}}); }));
  EXPECT_FALSE(decode_changed([](Map& map) { field(map, "kind") = {std::string("penstock-commit-v2")}; }));
  EXPECT_FALSE(decode_changed([](Map& map) { field(map, "time") = {uint64_t{1} << 63}; }));
  EXPECT_FALSE(decode_changed([](Map& map) { field(map, "time") = {CborNegative{uint64_t{1} << 63}}; }));
  EXPECT_FALSE(
      decode_changed([](Map& map) { field(map, "paths") = {CborValue::Array{{std::string("text")}}}; }));
  EXPECT_FALSE(decode_changed([](Map& map) { field(map, "parents") = {CborValue::Array{{uint64_t{1}}}}; }));
  EXPECT_FALSE(decode_changed([](Map& map) { std::get<Map>(field(map, "sizes").item).pop_back(); }));
  EXPECT_FALSE(decode_changed([](Map& map) { std::get<Map>(field(map, "policy").item)[0].value = {}; }));
  EXPECT_TRUE(decode_changed([](Map& map) { field(map, "meta") = {}; }));
}

TEST(CommitTest, IsReadByItsCidAndGenesisFromNowhere) {
  MemoryBlocks blocks;
  const Cid cid = blocks.put(Multicodec::dag_cbor, encode_commit(sample()).value());
  EXPECT_EQ(read_commit(blocks, cid).value(), sample());
  EXPECT_EQ(inspect(blocks, cid).value().kind, ObjectKind::commit);
  EXPECT_EQ(read_commit(blocks, genesis_cid()).value(), genesis());
  EXPECT_EQ(read_commit(blocks, commit_cid("nowhere")).error().code, Errc::absent);
  EXPECT_EQ(read_commit(blocks, sample().root).error().code, Errc::usage);
  EXPECT_EQ(read_commit(blocks, blocks.put(Multicodec::dag_cbor, as_bytes("\xa0"))).error().code,
            Errc::usage);
  EXPECT_EQ(read_commit(blocks, blocks.put(Multicodec::dag_cbor, as_bytes("\xff"))).error().code,
            Errc::corrupt);
  EXPECT_EQ(inspect(blocks, blocks.put(Multicodec::dag_cbor, as_bytes("\xa0"))).value().kind,
            ObjectKind::dag_cbor);
  const auto stub = encode_dag_cbor({CborValue::Map{{"kind", {std::string(kCommitKind)}}}}).value();
  EXPECT_EQ(read_commit(blocks, blocks.put(Multicodec::dag_cbor, stub)).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace penstock
