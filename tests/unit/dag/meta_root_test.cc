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
          .groups = {{0, "root"}, {kOwnerMax, "last"}}};
}

TEST(MetaRootTest, ComesBackAsItWas) {
  for (const MetaRoot& root : {full_root(), MetaRoot{.tops = kTops}}) {
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
