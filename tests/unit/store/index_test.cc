// SPDX-License-Identifier: Apache-2.0
#include "store/index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "store/memory_index.h"
#include "store/rocks_index.h"
#include "unit/base/random_seed.h"
#include "unit/store/block_maker.h"
#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

constexpr const char* kUuid = "01234567-89ab-4def-8123-456789abcdef";

Digest digest(uint64_t i) {
  return raw_block(i, 4).cid.digest;
}

IndexEntry entry(uint64_t i) {
  return {digest(i), {static_cast<uint32_t>(i / 100 + 1), static_cast<uint32_t>(i), 3}};
}

std::vector<IndexEntry> entries(uint64_t from, uint64_t to) {
  std::vector<IndexEntry> list;
  for (uint64_t i = from; i < to; ++i) list.push_back(entry(i));
  return list;
}

std::map<uint32_t, uint32_t> coverage_of(Index& index) {
  std::map<uint32_t, uint32_t> coverage;
  EXPECT_TRUE(index.for_each_coverage([&](Coverage c) { coverage[c.segment] = c.bytes; }));
  return coverage;
}

struct Implementation {
  const char* name;
  IndexFactory factory;
};

// What every Index keeps to.
class IndexTest : public testing::TestWithParam<Implementation> {
 protected:
  Result<std::unique_ptr<Index>> open(bool writable = true, bool discard = false, std::string uuid = kUuid) {
    return GetParam().factory({directory_.path() + "/index", writable, discard, std::move(uuid)});
  }
  TemporaryDirectory directory_;
};

TEST_P(IndexTest, FindsWhatWasInsertedAndNothingElse) {
  const auto index = std::move(*open());
  ASSERT_TRUE(index->insert(entries(0, 1000), {}));
  std::vector<Digest> digests;
  for (uint64_t i = 0; i < 2000; i += 3) digests.push_back(digest(i));
  std::vector<std::optional<Placement>> found(digests.size());
  ASSERT_TRUE(index->find(digests, found));
  for (size_t i = 0; i < digests.size(); ++i) {
    EXPECT_EQ(found[i], 3 * i < 1000 ? std::optional(entry(3 * i).placement) : std::nullopt) << i;
  }
}

TEST_P(IndexTest, ReplacesOlderEntries) {
  const auto index = std::move(*open());
  IndexEntry moved = entry(7);
  moved.placement = {9, 9, 9};
  ASSERT_TRUE(index->insert(entries(0, 10), {}));
  ASSERT_TRUE(index->insert(std::span(&moved, 1), {}));
  std::optional<Placement> found;
  ASSERT_TRUE(index->find(std::span(&moved.digest, 1), std::span(&found, 1)));
  EXPECT_EQ(found, moved.placement);
}

TEST_P(IndexTest, RemembersCoverageInOrder) {
  const auto index = std::move(*open());
  const std::vector<Coverage> coverage = {{300, 5}, {2, 7}, {0x01020304, 1}};
  ASSERT_TRUE(index->insert({}, coverage));
  const Coverage more{2, 8};
  ASSERT_TRUE(index->insert({}, std::span(&more, 1)));
  EXPECT_EQ(coverage_of(*index), (std::map<uint32_t, uint32_t>{{2, 8}, {300, 5}, {0x01020304, 1}}));
}

INSTANTIATE_TEST_SUITE_P(All, IndexTest,
                         testing::Values(Implementation{"memory", MemoryIndex::factory()},
                                         Implementation{"rocks", &RocksIndex::open}),
                         [](const auto& tested) { return tested.param.name; });

class RocksIndexTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Index>> open(bool writable, bool discard = false, std::string uuid = kUuid) {
    return RocksIndex::open({path(), writable, discard, std::move(uuid)});
  }
  std::string path() const { return directory_.path() + "/index"; }
  std::optional<Placement> find(Index& index, uint64_t i) {
    const Digest wanted = digest(i);
    std::optional<Placement> found;
    EXPECT_TRUE(index.find(std::span(&wanted, 1), std::span(&found, 1)));
    return found;
  }
  void fill(uint64_t count) {
    const auto index = std::move(*open(true));
    const Coverage covered{1, 77};
    ASSERT_TRUE(index->insert(entries(0, count), std::span(&covered, 1)));
    ASSERT_TRUE(index->flush());
  }
  TemporaryDirectory directory_;
};

TEST_F(RocksIndexTest, SurvivesItsProcess) {
  fill(1000);
  const auto index = std::move(*open(false));
  EXPECT_EQ(find(*index, 5), entry(5).placement);
  EXPECT_EQ(coverage_of(*index).at(1), 77u);
}

TEST_F(RocksIndexTest, OpensForReadingBesideAWriter) {
  const auto writer = std::move(*open(true));
  ASSERT_TRUE(writer->insert(entries(0, 100), {}));
  ASSERT_TRUE(writer->flush());
  const auto reader = std::move(*open(false));
  EXPECT_EQ(find(*reader, 5), entry(5).placement);
  ASSERT_TRUE(writer->insert(entries(100, 200), {}));
  EXPECT_EQ(find(*reader, 6), entry(6).placement);
}

TEST_F(RocksIndexTest, RefusesTheIndexOfAnotherStore) {
  fill(10);
  EXPECT_FALSE(open(true, false, "another"));
  EXPECT_FALSE(open(false, false, "another"));
}

TEST_F(RocksIndexTest, StartsEmptyWhenTheOldOneIsDiscarded) {
  fill(10);
  const auto index = std::move(*open(true, true, "another"));
  EXPECT_EQ(find(*index, 5), std::nullopt);
  EXPECT_TRUE(coverage_of(*index).empty());
}

TEST_F(RocksIndexTest, FailsToOpenForReadingWhatIsNotThere) {
  EXPECT_FALSE(open(false));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

// The contract that the choice of RocksDB rests on: a damaged index fails, or forgets, but never lies.
TEST_F(RocksIndexTest, NeverLiesWhateverBitIsFlipped) {
  fill(3000);
  std::vector<std::filesystem::path> names;
  for (const auto& file : std::filesystem::directory_iterator(path())) {
    if (file.file_size() > 0) names.push_back(file.path());
  }
  std::ranges::sort(names);
  const uint64_t seed = process_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 60; ++i) {
    const auto& name = names[random() % names.size()];
    const auto at = static_cast<std::streamoff>(random() % std::filesystem::file_size(name));
    const char mask = static_cast<char>(1 << random() % 8);
    const auto flip = [&] {
      std::fstream file(name, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(at);
      const char byte = static_cast<char>(file.get());
      file.seekp(at);
      file.put(static_cast<char>(byte ^ mask));
    };
    flip();
    if (const auto index = open(false); index) {
      for (uint64_t k = 0; k < 3000; k += 97) {
        const Digest wanted = digest(k);
        std::optional<Placement> found;
        if (!(*index)->find(std::span(&wanted, 1), std::span(&found, 1))) continue;
        EXPECT_TRUE(!found || *found == entry(k).placement) << name << " at " << at;
        const auto covered = coverage_of(**index);
        EXPECT_TRUE(found || covered.empty()) << name << " at " << at << " forgets but claims to cover";
      }
    }
    flip();
  }
}

}  // namespace
}  // namespace penstock
