// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "dag/block_links.h"
#include "dag/directory_builder.h"
#include "hash/sha256.h"
#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

// A CAR taken apart by the specification, with nothing of the code that writes them.
struct ReadCar {
  std::string header;
  std::vector<std::string> cids;  // binary
  std::vector<std::string> blocks;
};

class GatewayCarTest : public GatewayFixture {
 protected:
  static std::string take_part(std::string_view& rest) {
    uint64_t length = 0;
    for (unsigned shift = 0; !rest.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(rest[0]);
      rest.remove_prefix(1);
      length |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) break;
    }
    EXPECT_LE(length, rest.size());
    const std::string part(rest.substr(0, length));
    rest.remove_prefix(part.size());
    return part;
  }
  static ReadCar take_apart(std::string_view bytes) {
    ReadCar car;
    car.header = take_part(bytes);
    while (!bytes.empty() && !HasFailure()) {
      const std::string section = take_part(bytes);
      EXPECT_GE(section.size(), 36u);
      car.cids.push_back(section.substr(0, 36));
      car.blocks.push_back(section.substr(36));
      const Digest digest = sha256(as_bytes(car.blocks.back()));
      EXPECT_EQ(car.cids.back().substr(4), as_text(digest.bytes));
    }
    return car;
  }
  static std::string binary(const Cid& cid) { return std::string(as_text(cid.binary())); }
  ReadCar car(const std::string& target) {
    const Answered answered = get(target);
    EXPECT_EQ(answered.status, 200u) << answered.body;
    EXPECT_FALSE(answered.broken);
    return take_apart(answered.body);
  }
  // Blocks depth first, by their own links alone.
  void walk(const Cid& cid, bool duplicates, std::set<Cid>& seen, std::vector<std::string>& cids) {
    if (!duplicates && !seen.insert(cid).second) return;
    const std::string block = get("/ipfs/" + cid.text() + "?format=raw").body;
    cids.push_back(binary(cid));
    const std::vector<Cid> links = block_links(cid.codec, as_bytes(block)).value();
    for (const Cid& link : links) walk(link, duplicates, seen, cids);
  }
  std::vector<std::string> expected(const Cid& cid, bool duplicates) {
    std::set<Cid> seen;
    std::vector<std::string> cids;
    walk(cid, duplicates, seen, cids);
    return cids;
  }
  Cid put_tree() {
    ScriptedEntries entries;
    const std::vector<uint8_t> twice = random_bytes(900'000, 1);
    entries.directory("top")
        .file("a", ScriptedContent::of(twice))
        .directory("sub")
        .file("again", ScriptedContent::of(twice))
        .file("small", ScriptedContent::of({5}))
        .symlink("link", "target")
        .end()
        .end();
    return put(entries);
  }
};

TEST_F(GatewayCarTest, IsByteForByteWhatTheSpecificationSays) {
  const Cid cid = put_file(bytes_of("hello"));
  const Answered answered = get("/ipfs/" + cid.text() + "?format=car");
  // {"roots": [42(h'00' + CID)], "version": 1}, 58 bytes.
  std::string whole = "\x3a\xa2\x65roots\x81\xd8\x2a\x58\x25";
  whole += std::string(1, '\0') + binary(cid) + "\x67version\x01";
  whole += std::string(1, static_cast<char>(36 + 5)) + binary(cid) + "hello";
  EXPECT_EQ(answered.body, whole);
  EXPECT_EQ(answered.field("content-type"), "application/vnd.ipld.car; version=1; order=dfs; dups=n");
  EXPECT_EQ(answered.field("content-disposition"), "attachment; filename=\"" + cid.text() + ".car\"");
  EXPECT_EQ(answered.field("accept-ranges"), "none");
  EXPECT_FALSE(answered.content_bytes);
  EXPECT_EQ(get("/ipfs/" + cid.text() + "?format=car", {{"if-none-match", answered.field("etag")}}).status,
            304u);
}

TEST_F(GatewayCarTest, HasEveryBlockDepthFirstOnceOrAsOftenAsItStands) {
  const Cid root = put_tree();
  const std::string path = "/ipfs/" + root.text();
  EXPECT_EQ(car(path + "?format=car").cids, expected(root, false));
  EXPECT_EQ(car(path + "?format=car&car-dups=y").cids, expected(root, true));
  EXPECT_LT(expected(root, false).size(), expected(root, true).size());
  const Answered accepted = get(path, {{"accept", "application/vnd.ipld.car; dups=y"}});
  EXPECT_EQ(accepted.field("content-type"), "application/vnd.ipld.car; version=1; order=dfs; dups=y");
  EXPECT_EQ(take_apart(accepted.body).cids, expected(root, true));
  EXPECT_NE(accepted.field("etag"), get(path + "?format=car").field("etag"));
}

TEST_F(GatewayCarTest, BeginsWithTheBlocksOfThePath) {
  const Cid root = put_tree();
  const std::string path = "/ipfs/" + root.text();
  const std::string listed = get(path + "?format=json").body;
  const Cid sub = parse_cid(nlohmann::json::parse(listed)["entries"][1]["cid"].get<std::string>()).value();
  const Cid small = cid_of(Multicodec::raw, Bytes(std::vector<uint8_t>{5}));
  using testing::ElementsAre;
  EXPECT_THAT(car(path + "/sub/small?format=car").cids,
              ElementsAre(binary(root), binary(sub), binary(small)));
  EXPECT_THAT(car(path + "/sub?format=car&dag-scope=block").cids, ElementsAre(binary(root), binary(sub)));
  EXPECT_THAT(car(path + "/sub?format=car&dag-scope=entity").cids, ElementsAre(binary(root), binary(sub)));
  EXPECT_THAT(car(path + "?format=car&dag-scope=block").cids, ElementsAre(binary(root)));
  EXPECT_EQ(get(path + "/sub/none?format=car").status, 404u);
}

TEST_F(GatewayCarTest, HoldsTheShardsOfADirectoryAndNotItsEntries) {
  ScriptedEntries entries;
  entries.directory("top");
  for (int i = 0; i < 6000; ++i)
    entries.file("a name of some length, number " + std::to_string(100'000 + i),
                 ScriptedContent::of({static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)}));
  entries.end();
  const std::string path = "/ipfs/" + put(entries).text();
  const ReadCar entity = car(path + "?format=car&dag-scope=entity");
  EXPECT_GT(entity.cids.size(), 200u);
  for (const std::string& cid : entity.cids) EXPECT_EQ(cid[1], 0x70);
  const ReadCar one = car(path + "/a%20name%20of%20some%20length,%20number%20104567?format=car");
  EXPECT_GE(one.cids.size(), 3u);
  EXPECT_LE(one.cids.size(), 6u);
  EXPECT_EQ(one.blocks.back(), std::string("\xd7\x11"));
}

TEST_F(GatewayCarTest, HoldsTheBlocksOfARangeAlone) {
  const std::vector<uint8_t> bytes = random_bytes(40'000'000, 9);
  const Cid cid = put_file(bytes);
  const std::string path = "/ipfs/" + cid.text();
  const ReadCar whole = car(path + "?format=car&dag-scope=entity");
  const ReadCar range = car(path + "?format=car&entity-bytes=20000000:20000009");
  EXPECT_LT(range.cids.size(), 5u);
  EXPECT_EQ(range.cids.front(), binary(cid));
  EXPECT_NE(range.blocks.back().find(text_of(bytes).substr(20'000'000, 10)), std::string::npos);
  EXPECT_EQ(car(path + "?format=car&entity-bytes=0:*").cids, whole.cids);
  EXPECT_EQ(car(path + "?format=car&entity-bytes=-10:*")
                .blocks.back()
                .substr(car(path + "?format=car&entity-bytes=-10:*").blocks.back().size() - 10),
            text_of(bytes).substr(39'999'990));
  EXPECT_EQ(car(path + "?format=car&entity-bytes=5:4").cids.size(), 1u);
  EXPECT_EQ(get(path + "?format=car&entity-bytes=40000000:*").status, 400u);
  const std::string tree = "/ipfs/" + put_tree().text();
  EXPECT_EQ(car(tree + "?format=car&entity-bytes=3:4").cids.size(), 1u) << "a directory has no bytes";
}

TEST_F(GatewayCarTest, OfZerosIsSmallAndOfARangeOfThemWhole) {
  ScriptedContent content;
  content.stretches = {{random_bytes(200'000, 1), 0}, {{}, uint64_t{1} << 50}, {random_bytes(200'000, 2), 0}};
  ScriptedEntries entries;
  entries.file("a", content);
  const Cid cid = put(entries);
  const std::string path = "/ipfs/" + cid.text();
  EXPECT_LT(car(path + "?format=car").cids.size(), 100u);
  // Begins within one of the repeated nodes and ends within another: every node on both ways is needed.
  const ReadCar range = car(path + "?format=car&entity-bytes=3000000000:500000000000000");
  std::set<std::string> there(range.cids.begin(), range.cids.end());
  EXPECT_EQ(there.size(), range.cids.size());
  EXPECT_LT(range.cids.size(), 60u);
  // A zero leaf of 1 MiB, reached over each level of zero nodes.
  EXPECT_TRUE(there.contains(binary(cid_of(Multicodec::raw, std::vector<uint8_t>(1 << 20)))));
}

TEST_F(GatewayCarTest, BreaksOffWhereABlockIsMissing) {
  const auto missing = [](BlockSink& sink) {
    DirectoryBuilder builder(sink);
    EXPECT_TRUE(builder.add("gone", {cid_of(Multicodec::raw, as_bytes("gone")), 4, 4}));
    return builder.finish()->cid;
  };
  const std::string path = "/ipfs/" + put_blocks(missing).text();
  // It is known before the head is sent.
  EXPECT_EQ(get(path + "?format=car").status, 500u);
  EXPECT_EQ(get(path + "?format=car&dag-scope=entity").status, 200u);
  EXPECT_EQ(ask(authorized("HEAD", path + "?format=car")).status, 200u);
}

TEST_F(GatewayCarTest, MakesFewAtOnce) {
  options_.limits.cars_max = 1;
  start();
  const std::string path = "/ipfs/" + put_file(random_bytes(2'000'000, 4)).text() + "?format=car";
  const auto first = service_->begin(authorized("GET", path), {}, 700);
  EXPECT_EQ(get(path).status, 503u);
  EXPECT_EQ(get(path + "&car-dups=y").status, 200u);
  EXPECT_EQ(finish(*first, 700).status, 200u);
}

}  // namespace
}  // namespace penstock
