// SPDX-License-Identifier: Apache-2.0
#include "mount/open_listings.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "dag/directory_builder.h"
#include "unit/dag/memory_blocks.h"

namespace penstock {
namespace {

// One directory of `names` names.
Cid make_directory(MemoryBlocks& blocks, int names) {
  DirectoryBuilder builder(blocks);
  for (int i = 0; i < names; ++i)
    EXPECT_TRUE(builder.add("name-" + std::to_string(i), {cid_of(Multicodec::raw, {}), 0, 0}));
  return builder.finish()->cid;
}

TEST(OpenListingsTest, DirectoriesOfOneContentShareIt) {
  MemoryBlocks blocks;
  const Cid directory = make_directory(blocks, 100);
  OpenListings listings;
  auto first = listings.entries(blocks, directory);
  ASSERT_TRUE(first);
  const uint64_t bytes = listings.bytes();
  EXPECT_GE(bytes, 100 * 60U);
  auto second = listings.entries(blocks, directory);
  ASSERT_TRUE(second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(listings.bytes(), bytes);
  first->reset();
  EXPECT_EQ(listings.bytes(), bytes);
  second->reset();
  EXPECT_EQ(listings.bytes(), 0U);
  EXPECT_TRUE(listings.entries(blocks, directory));
}

TEST(OpenListingsTest, OneDirectoryOfAnySizeIsReadBesideOthers) {
  MemoryBlocks blocks;
  const Cid large = make_directory(blocks, 1000);
  const Cid other = make_directory(blocks, 1001);
  const Cid above = make_directory(blocks, 10);
  const Cid below = make_directory(blocks, 9);
  OpenListings listings({.bytes = 2000, .directories = 4});
  const auto parent = listings.entries(blocks, above);
  ASSERT_TRUE(parent);
  const uint64_t bytes = listings.bytes();
  auto open = listings.entries(blocks, large);
  ASSERT_TRUE(open) << "though the one above it is open";
  EXPECT_TRUE(listings.entries(blocks, large));
  EXPECT_TRUE(listings.entries(blocks, below)) << "what lies in it";
  const auto refused = listings.entries(blocks, other);
  ASSERT_FALSE(refused) << "one at a time";
  EXPECT_EQ(refused.error().code, Errc::locked);
  open->reset();
  EXPECT_EQ(listings.bytes(), bytes);
  EXPECT_TRUE(listings.entries(blocks, other));
}

TEST(OpenListingsTest, AUserHasNoMoreOpenThanIsLeftToOthers) {
  OpenListings listings({.bytes = 2000, .directories = 4});
  auto first = listings.open(1, 100);
  std::optional<OpenListings::Room> second = *listings.open(1, 100);
  ASSERT_TRUE(first);
  EXPECT_EQ(listings.bytes(), 200U);
  const auto refused = listings.open(1, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::locked);
  {
    const auto others = listings.open(2, 0);
    EXPECT_TRUE(others);
    EXPECT_FALSE(listings.open(2, 0));
  }
  second.reset();
  EXPECT_TRUE(listings.open(1, 0));
  *first = OpenListings::Room();
  EXPECT_EQ(listings.bytes(), 0U);
}

TEST(OpenListingsTest, WhatCannotBeReadTakesNothing) {
  MemoryBlocks blocks;
  OpenListings listings;
  const auto missing = listings.entries(blocks, cid_of(Multicodec::dag_pb, {}));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::absent);
  EXPECT_EQ(listings.bytes(), 0U);
}

}  // namespace
}  // namespace penstock
