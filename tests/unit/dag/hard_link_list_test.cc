// SPDX-License-Identifier: Apache-2.0
#include "dag/hard_link_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "unit/dag/memory_blocks.h"

namespace penstock {
namespace {

TEST(HardLinkListTest, PathsAreInTheOrderOfAWalk) {
  // A directory comes before what is in it, and all of that before what follows in the directory above.
  const std::vector<std::string> walk{"a",   "a/b",   "a/b/z", "a/b-c", "a/c",
                                      "a-b", "a-b/x", "b",     "b\xff", "\xff"};
  for (size_t i = 0; i < walk.size(); ++i)
    for (size_t j = 0; j < walk.size(); ++j)
      EXPECT_EQ(walks_before(walk[i], walk[j]), i < j) << walk[i] << " " << walk[j];
}

TEST(HardLinkListTest, NoGroupsAreNoList) {
  MemoryBlocks blocks;
  EXPECT_FALSE(put_hard_links(blocks, {}).value().has_value());
  EXPECT_EQ(blocks.count(), 0U);
  EXPECT_EQ(count_hard_links(blocks, std::nullopt, "a").value(), 1U);
}

TEST(HardLinkListTest, EveryGroupIsFoundInAListOfManyBlocks) {
  std::vector<HardLinkGroup> groups;
  for (uint64_t i = 0; i < 20000; ++i)
    groups.push_back(
        {"top/" + std::to_string(i % 100) + "/" + std::to_string(i) + std::string(40, 'x'), 2 + i});
  std::ranges::sort(groups, walks_before, &HardLinkGroup::path);
  MemoryBlocks blocks;
  const auto list = put_hard_links(blocks, groups);
  ASSERT_TRUE(list && *list);
  EXPECT_GT(blocks.count(), 3U);
  for (size_t i = 0; i < groups.size(); i += 37) {
    blocks.reads = 0;
    EXPECT_EQ(count_hard_links(blocks, *list, groups[i].path).value(), groups[i].members);
    EXPECT_LE(blocks.reads, 3U) << "only the way is read";
    EXPECT_EQ(count_hard_links(blocks, *list, groups[i].path + "y").value(), 1U);
  }
}

TEST(HardLinkListTest, RefusesWhatCannotBe) {
  MemoryBlocks blocks;
  const auto refused = [&](const std::vector<HardLinkGroup>& groups) {
    return !put_hard_links(blocks, groups);
  };
  EXPECT_FALSE(refused({{"a", 2}, {"b", 2}}));
  EXPECT_TRUE(refused({{"a", 1}}));
  EXPECT_TRUE(refused({{"a", 2}, {"a", 2}}));
  EXPECT_TRUE(refused({{"b", 2}, {"a", 2}}));
  EXPECT_TRUE(refused({{"a/../b", 2}}));
}

TEST(HardLinkListTest, AMissingBlockIsDamage) {
  MemoryBlocks blocks;
  const std::vector<HardLinkGroup> groups{{"a", 2}};
  const auto list = put_hard_links(blocks, groups);
  ASSERT_TRUE(list && *list);
  blocks.lose(**list);
  const auto count = count_hard_links(blocks, *list, "a");
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace penstock
