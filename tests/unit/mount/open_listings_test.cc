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

TEST(OpenListingsTest, TooMuchIsRefusedUntilOtherDirectoriesAreClosed) {
  MemoryBlocks blocks;
  const Cid large = make_directory(blocks, 1000);
  const Cid small = make_directory(blocks, 10);
  OpenListings listings({.bytes = 2000, .directories = 2});
  auto alone = listings.entries(blocks, large);
  ASSERT_TRUE(alone) << "one directory may be larger than all may be";
  const auto refused = listings.entries(blocks, small);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::locked);
  EXPECT_TRUE(listings.entries(blocks, large));
  alone->reset();
  EXPECT_TRUE(listings.entries(blocks, small));

  auto first = listings.open(100);
  std::optional<OpenListings::Room> second = *listings.open(100);
  ASSERT_TRUE(first);
  EXPECT_EQ(listings.bytes(), 200U);
  EXPECT_FALSE(listings.open(0));
  second.reset();
  EXPECT_TRUE(listings.open(0));
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
