// SPDX-License-Identifier: Apache-2.0
#include "store/neighbour_cache.h"

#include <vector>

#include "unit/store/store_fixture.h"

namespace penstock {
namespace {

constexpr size_t kRecords = 12;
constexpr size_t kBlocksEach = 3;

// A store of kRecords records in a row, and the commit behind them.
class NeighbourCacheTest : public StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    const auto store = open(Access::write);
    for (size_t record = 0; record < kRecords; ++record) {
      std::vector<TestBlock> blocks;
      for (size_t i = 0; i < kBlocksEach; ++i) blocks.push_back(raw_block(record * kBlocksEach + i, 3000));
      ASSERT_TRUE(BlockMaker().append(*store, blocks));
      for (const TestBlock& block : blocks) digests_.push_back(block.cid.digest);
    }
    const auto made = BlockMaker().commit(*store, raw_block(0, 3000).cid);
    ASSERT_TRUE(made) << why(made);
  }

  std::vector<std::optional<Placement>> placements() {
    const auto store = open(Access::read);
    std::vector<std::optional<Placement>> found;
    for (const Digest& digest : digests_) found.push_back(store->find(digest).value());
    return found;
  }

  NeighbourCache cache() { return NeighbourCache(files(), paths(), open(Access::read)->site().uuid); }

  std::vector<std::optional<Placement>> known(const NeighbourCache& cache) {
    std::vector<std::optional<Placement>> found(digests_.size());
    cache.find(digests_, found);
    return found;
  }

  std::vector<Digest> digests_;
};

TEST_F(NeighbourCacheTest, KnowsWhatLiesBehindWhatWasMet) {
  NeighbourCache neighbours = cache();
  const auto expected = placements();
  EXPECT_EQ(known(neighbours), std::vector<std::optional<Placement>>(digests_.size())) << "empty at first";
  neighbours.learn(std::span(expected).subspan(kBlocksEach, kBlocksEach));
  const auto found = known(neighbours);
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_EQ(found[i], i < kBlocksEach ? std::nullopt : expected[i]) << i;
}

TEST_F(NeighbourCacheTest, TakesASingleBlockForNoBeginning) {
  NeighbourCache neighbours = cache();
  const auto expected = placements();
  neighbours.learn(std::span(expected).first(1));
  EXPECT_EQ(known(neighbours), std::vector<std::optional<Placement>>(digests_.size()));
}

TEST_F(NeighbourCacheTest, StopsQuietlyWhereARecordIsDamaged) {
  const auto expected = placements();
  const Placement damaged = *expected[5 * kBlocksEach];
  flip(paths().segment(damaged.segment), damaged.record + 100);
  NeighbourCache neighbours = cache();
  neighbours.learn(std::span(expected).first(kBlocksEach));
  const auto found = known(neighbours);
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_EQ(found[i], i < 5 * kBlocksEach ? expected[i] : std::nullopt) << i;
}

// The record's table goes on naming a block that is damaged there, and stored anew elsewhere.
TEST_F(NeighbourCacheTest, DoesNotHideACopyThatHealsADamagedOne) {
  const auto before = placements();
  const Placement damaged = *before[4 * kBlocksEach];
  const DamagedRange range{damaged.segment, damaged.record, before[5 * kBlocksEach]->record,
                           DamageKind::payload};
  StoreFindings findings;
  findings.damaged.push_back(range);
  ASSERT_TRUE(open(Access::write)->settle(findings));
  const TestBlock lost = raw_block(4 * kBlocksEach, 3000);
  {
    const auto store = open(Access::write);
    std::vector<Claim> claims(digests_.size());
    ASSERT_TRUE(store->claim(digests_, claims));
    std::vector<TestBlock> missing;
    for (size_t i = 0; i < claims.size(); ++i) {
      if (claims[i] == Claim::yours) missing.push_back(raw_block(i, 3000));
    }
    EXPECT_EQ(missing.size(), kBlocksEach);
    ASSERT_TRUE(BlockMaker().append(*store, missing));
    ASSERT_TRUE(BlockMaker().commit(*store, lost.cid));
  }
  const auto store = open(Access::write);
  for (int round = 0; round < 3; ++round) {
    std::vector<BlockLocation> locations(digests_.size());
    ASSERT_TRUE(store->find(digests_, locations));
    for (const BlockLocation& location : locations) EXPECT_TRUE(location.placement) << round;
    EXPECT_NE(locations[4 * kBlocksEach].placement->record, damaged.record);
    EXPECT_TRUE(holds(*store, lost));
  }
}

}  // namespace
}  // namespace penstock
