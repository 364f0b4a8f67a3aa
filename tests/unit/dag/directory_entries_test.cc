// SPDX-License-Identifier: Apache-2.0
#include "dag/directory_entries.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "dag/entry_name.h"
#include "fault/seeded_random.h"
#include "unit/base/random_seed.h"

namespace penstock {
namespace {

Cid numbered(uint64_t number) {
  return cid_of(Multicodec::raw, as_bytes(std::to_string(number)));
}

TEST(DirectoryEntriesTest, OfNothingIsEmptyAndFindsNothing) {
  DirectoryEntries listing;
  listing.sort();
  EXPECT_TRUE(listing.empty());
  EXPECT_EQ(listing.lower_bound("a"), 0U);
}

TEST(DirectoryEntriesTest, SortsByBytesAndKeepsWhatBelongsToEachName) {
  SCOPED_TRACE(seed_text(process_seed()));
  SeededRandom random(process_seed());
  std::map<std::string, uint64_t> expected;
  DirectoryEntries listing;
  for (uint64_t i = 0; i < 3000; ++i) {
    std::string name(1 + random.below(9), '\0');
    for (char& byte : name) byte = static_cast<char>("\x01 aAz\x7f\x80\xff"[random.below(8)]);
    if (!expected.emplace(name, i).second) continue;
    listing.add(name, numbered(i), i);
  }
  listing.sort();
  ASSERT_EQ(listing.size(), expected.size());
  size_t place = 0;
  for (const auto& [name, number] : expected) {
    const DirectoryEntries::Entry entry = listing[place];
    EXPECT_EQ(entry.name, name);
    EXPECT_EQ(entry.cid, numbered(number));
    EXPECT_EQ(entry.dag_bytes, number);
    EXPECT_EQ(listing.lower_bound(name), place);
    EXPECT_EQ(listing.lower_bound(name + '\x01'), place + 1);
    ++place;
  }
  EXPECT_EQ(listing.lower_bound("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), listing.size());
}

TEST(DirectoryEntriesTest, TakesTheLongestNames) {
  DirectoryEntries listing;
  const std::string longest(kEntryNameBytesMax, 'n');
  listing.add(longest, numbered(1), 1);
  listing.add("a", numbered(2), 2);
  listing.sort();
  EXPECT_EQ(listing.name(1), longest);
}

}  // namespace
}  // namespace penstock
