// SPDX-License-Identifier: Apache-2.0
#include "dag/meta_root.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "dag/block_links.h"
#include "dag/meta_entry.h"
#include "unit/dag/memory_blocks.h"

namespace penstock {
namespace {

const Cid kTops = cid_of(Multicodec::dag_cbor, as_bytes("tops"));
const Cid kScan = cid_of(Multicodec::dag_cbor, as_bytes("scan"));
const Cid kHard = cid_of(Multicodec::dag_cbor, as_bytes("hard"));
const Cid kRaw = cid_of(Multicodec::raw, as_bytes("raw"));

MetaRoot full_root() {
  return {.tops = kTops,
          .several = true,
          .scan = kScan,
          .hard_links = kHard,
          .from = {"/etc", "/srv/\xff"},
          .users = {{0, "root"}, {1000, "anna"}},
          .groups = {{0, "root"}, {kOwnerMax, "last"}},
          .unread = {.reported = 4, .missing = 3, .paths = {"top", "top/a", "top/a.b"}},
          .choice = {.exclude = {"*.o", "!x.o"},
                     .exclude_any_case = {"\xff"},
                     .marks = {".skip", ".m:head"},
                     .bytes_max = 0,
                     .store = {"srv/store", "srv.d/store"},
                     .caches = true,
                     .one_file_system = true,
                     .list = Digest{{1, 2, 3}}}};
}

TEST(MetaRootTest, ComesBackAsItWas) {
  MetaRoot changed{.tops = kTops, .unread = {.reported = 1}};
  MetaRoot dropped{.tops = kTops,
                   .choice = {.exclude = {std::string(kChoiceBytesMax, 'a'), "b"}, .marks = {"m"}}};
  EXPECT_FALSE(encode_meta_root(dropped));
  bound_choice(dropped.choice);
  ASSERT_TRUE(dropped.choice.dropped);
  EXPECT_EQ(dropped.choice.dropped->count, 3u);
  for (const MetaRoot& root : {full_root(), MetaRoot{.tops = kTops}, changed, dropped}) {
    const auto block = encode_meta_root(root);
    ASSERT_TRUE(block) << block.error().message();
    const auto again = decode_meta_root(*block);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again, root);
  }
}

TEST(MetaRootTest, WhoeverFollowsLinksComesToAllOfIt) {
  const auto links = block_links(Multicodec::dag_cbor, encode_meta_root(full_root()).value());
  ASSERT_TRUE(links);
  for (const Cid& link : {kTops, kScan, kHard}) EXPECT_NE(std::ranges::find(*links, link), links->end());
}

TEST(MetaRootTest, RefusesWhatCannotBe) {
  using Change = std::function<void(MetaRoot&)>;
  const std::pair<const char*, Change> cases[] = {
      {"raw tops", [](MetaRoot& r) { r.tops = kRaw; }},
      {"raw scan", [](MetaRoot& r) { r.scan = kRaw; }},
      {"raw hard links", [](MetaRoot& r) { r.hard_links = kRaw; }},
      {"a path that is not absolute", [](MetaRoot& r) { r.from[0] = "etc"; }},
      {"an empty path", [](MetaRoot& r) { r.from[0] = ""; }},
      {"a path with NUL", [](MetaRoot& r) { r.from[0] = std::string("/\0", 2); }},
      {"paths too long", [](MetaRoot& r) { r.from[0] = "/" + std::string(kFromBytesMax, 'a'); }},
      {"a user twice", [](MetaRoot& r) { r.users[1].id = 0; }},
      {"groups out of order", [](MetaRoot& r) { std::swap(r.groups[0], r.groups[1]); }},
      {"a user without a name", [](MetaRoot& r) { r.users[0].name = ""; }},
      {"no user", [](MetaRoot& r) { r.users[1].id = 0xffffffff; }},
      {"more that is missing than was told of", [](MetaRoot& r) { r.unread.reported = 2; }},
      {"more paths than are missing", [](MetaRoot& r) { r.unread.missing = 2; }},
      {"missing entries out of order", [](MetaRoot& r) { std::swap(r.unread.paths[1], r.unread.paths[2]); }},
      {"a missing entry twice", [](MetaRoot& r) { r.unread.paths[1] = "top"; }},
      {"a missing entry that leads elsewhere", [](MetaRoot& r) { r.unread.paths[1] = "top/../a"; }},
      {"missing entries too long", [](MetaRoot& r) { r.unread.paths[2] = "u/" + std::string(65'535, 'a'); }},
      {"an empty pattern", [](MetaRoot& r) { r.choice.exclude[0] = ""; }},
      {"a pattern with NUL", [](MetaRoot& r) { r.choice.exclude_any_case[0] = std::string("\0", 1); }},
      {"an empty mark", [](MetaRoot& r) { r.choice.marks[1] = ""; }},
      {"patterns too long", [](MetaRoot& r) { r.choice.exclude[0] = std::string(kChoiceBytesMax, 'a'); }},
      {"a store in no place", [](MetaRoot& r) { r.choice.store[0] = "/srv"; }},
      {"a store in one place twice", [](MetaRoot& r) { r.choice.store[1] = r.choice.store[0]; }},
      {"patterns that are dropped and there", [](MetaRoot& r) { r.choice.dropped = {.count = 4}; }},
      {"names too long", [](MetaRoot& r) { r.groups[1].name = std::string(kOwnerNamesBytesMax, 'a'); }},
  };
  for (const auto& [what, change] : cases) {
    MetaRoot root = full_root();
    change(root);
    EXPECT_FALSE(encode_meta_root(root)) << what;
  }
}

TEST(MetaRootTest, RefusesOtherBlocks) {
  const auto block = encode_meta_root(full_root()).value();
  for (size_t bytes = 0; bytes < block.size(); ++bytes)
    EXPECT_FALSE(decode_meta_root(Bytes(block).first(bytes)));
  auto longer = block;
  longer.push_back(0);
  EXPECT_FALSE(decode_meta_root(longer));
  EXPECT_FALSE(decode_meta_root(encode_scan_root(kTops)));
}

// Written defaults and other orders would be second encodings of the same.
TEST(MetaRootTest, ARecordHasOneEncoding) {
  std::vector<uint8_t> block;
  CborWriter to(block);
  to.array(3);
  to.natural(0);
  to.natural(0);
  to.array(0);
  CborReader nothing_unread(block);
  EXPECT_FALSE(read_shortfall(nothing_unread));
  using Fields = std::function<void(CborWriter&)>;
  const std::pair<const char*, Fields> cases[] = {
      {"nothing", [](CborWriter& w) { w.map(0); }},
      {"false", [](CborWriter& w) { w.map(1), w.text("caches"), w.boolean(false); }},
      {"no patterns", [](CborWriter& w) { w.map(1), w.text("exclude"), w.array(0); }},
      {"unknown", [](CborWriter& w) { w.map(1), w.text("other"), w.boolean(true); }},
      {"a short digest", [](CborWriter& w) { w.map(1), w.text("list"), w.bytes(as_bytes("x")); }},
      {"another order",
       [](CborWriter& w) { w.map(2), w.text("one_fs"), w.boolean(true), w.text("caches"), w.boolean(true); }},
  };
  for (const auto& [what, write] : cases) {
    block.clear();
    write(to);
    CborReader from(block);
    EXPECT_FALSE(read_choice(from)) << what;
  }
}

TEST(MetaRootTest, ScanRootComesBackAsItWas) {
  EXPECT_EQ(decode_scan_root(encode_scan_root(kScan)).value(), kScan);
  EXPECT_FALSE(decode_scan_root(encode_scan_root(kRaw)));
  EXPECT_FALSE(decode_scan_root(encode_meta_root(full_root()).value()));
}

TEST(MetaRootTest, ACommitHasOneOrNone) {
  MemoryBlocks blocks;
  Commit commit;
  EXPECT_FALSE(read_meta_root(blocks, commit).value().has_value());
  commit.meta = blocks.put(Multicodec::dag_cbor, encode_meta_root(full_root()).value());
  EXPECT_EQ(read_meta_root(blocks, commit).value(), full_root());
  blocks.lose(*commit.meta);
  const auto lost = read_meta_root(blocks, commit);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace penstock
