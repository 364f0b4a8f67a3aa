// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_window.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

namespace penstock {
namespace {

using Record = std::pair<uint32_t, uint32_t>;

Digest digest_of(uint64_t number) {
  Digest digest;
  for (size_t i = 0; i < 8; ++i) digest.bytes[i] = static_cast<uint8_t>(number >> (8 * i));
  return digest;
}

// A store of a hundred blocks a record, ten records a segment; block 0 is in none.
Placement place_of(uint64_t block) {
  return {static_cast<uint32_t>(1 + block / 1000), static_cast<uint32_t>(64 + block / 100 % 10 * 4096),
          static_cast<uint32_t>(block % 100)};
}

uint64_t block_of(const RestorePiece& piece) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number |= uint64_t{piece.extent.leaf.digest.bytes[i]} << (8 * i);
  return number;
}

Record record_of(const RestorePiece& piece) {
  const Placement at = place_of(block_of(piece));
  return {at.segment, at.record};
}

RestorePiece piece_of(uint64_t block, uint64_t cost) {
  RestorePiece piece;
  piece.path = std::to_string(block);
  piece.extent.leaf.digest = digest_of(block);
  piece.cost = cost;
  return piece;
}

class RestoreWindowTest : public testing::Test {
 protected:
  RestoreWindow window_{
      [this](std::span<const Digest> digests, std::span<BlockLocation> locations) -> Status {
        if (failing_) return fail(Errc::failed, "index", "is broken");
        for (size_t i = 0; i < digests.size(); ++i) {
          RestorePiece piece;
          piece.extent.leaf.digest = digests[i];
          const uint64_t block = block_of(piece);
          if (block == 0) continue;
          (block % 7 == 0 ? locations[i].damaged : locations[i].placement) = place_of(block);
        }
        return {};
      }};
  bool failing_ = false;
};

TEST_F(RestoreWindowTest, BringsEveryPieceOnceInTheOrderOfTheStore) {
  std::multiset<uint64_t> expected;
  for (uint64_t i = 0; i < 5000; ++i) {
    const uint64_t block = 1 + i * 12'347 % 3001 * 6;  // many of them twice
    ASSERT_TRUE(window_.add(piece_of(block, 64 << 10)));
    expected.insert(block);
  }
  EXPECT_EQ(window_.cost(), 5000u * (64 << 10));
  const auto tasks = window_.take(2);
  ASSERT_TRUE(tasks);
  std::multiset<uint64_t> brought;
  std::map<Record, size_t> task_of;
  Record last;
  for (size_t i = 0; i < tasks->size(); ++i) {
    uint64_t cost = 0;
    for (const RestorePiece& piece : (*tasks)[i].pieces) {
      EXPECT_EQ(piece.path, std::to_string(block_of(piece)));
      EXPECT_LE(last, record_of(piece));
      EXPECT_EQ(task_of.try_emplace(record_of(piece), i).first->second, i) << "a record in two tasks";
      last = record_of(piece);
      cost += piece.cost;
      brought.insert(block_of(piece));
    }
    EXPECT_EQ((*tasks)[i].cost, cost);
    if (i + 1 < tasks->size()) {
      EXPECT_GE(cost, RestoreTask::kCost);
    }
  }
  EXPECT_EQ(brought, expected);
  EXPECT_GT(tasks->size(), 20u);
  EXPECT_EQ(window_.cost(), 0u);
  EXPECT_TRUE(window_.take(2)->empty());
}

TEST_F(RestoreWindowTest, SharesOutARecordThatIsWantedAgainAndAgain) {
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(window_.add(piece_of(5, 64 << 10)));
  const auto tasks = window_.take(2);
  ASSERT_TRUE(tasks);
  EXPECT_EQ(tasks->size(), 4u);  // 62.5 MiB, in tasks of two tasks' worth
  for (const RestoreTask& task : *tasks) EXPECT_LE(task.cost, 2 * RestoreTask::kCost);
}

TEST_F(RestoreWindowTest, SplitsARecordOnlyWhereItIsMoreThanOneTasksWorth) {
  ASSERT_TRUE(window_.add(piece_of(1, RestoreTask::kCost - 1)));
  for (int i = 0; i < 160; ++i) ASSERT_TRUE(window_.add(piece_of(101, 64 << 10)));
  const auto tasks = window_.take(1);
  ASSERT_TRUE(tasks);
  ASSERT_EQ(tasks->size(), 2u);
  EXPECT_EQ(tasks->front().pieces.size(), 1u + 129);  // the 129th passes two tasks' worth
}

TEST_F(RestoreWindowTest, MakesASmallWindowOfAsManyTasksAsAreAskedFor) {
  for (uint64_t i = 0; i < 400; ++i) ASSERT_TRUE(window_.add(piece_of(1 + 10 * i, 64 << 10)));
  EXPECT_EQ(window_.take(8)->size(), 8u);  // 25 MiB: each passes 3.1
  for (uint64_t i = 0; i < 100; ++i) ASSERT_TRUE(window_.add(piece_of(1 + 10 * i, 64 << 10)));
  EXPECT_EQ(window_.take(8)->size(), 3u);  // 6.25 MiB, 640 KiB a record: none below kCostMin but the last
}

TEST_F(RestoreWindowTest, KeepsPiecesOfOneRecordInTheOrderInWhichTheyCame) {
  for (uint64_t i = 0; i < 300; ++i) {
    RestorePiece piece = piece_of(5 + i * 7 % 90, 1);
    piece.extent.file_offset = i;
    ASSERT_TRUE(window_.add(std::move(piece)));
  }
  const auto tasks = window_.take(2);
  ASSERT_TRUE(tasks);
  ASSERT_EQ(tasks->size(), 1u);
  for (uint64_t i = 0; i < 300; ++i) EXPECT_EQ(tasks->front().pieces[i].extent.file_offset, i);
}

TEST_F(RestoreWindowTest, PutsWhatIsNowhereFirst) {
  ASSERT_TRUE(window_.add(piece_of(3, 1)));
  ASSERT_TRUE(window_.add(piece_of(0, 1)));
  const auto tasks = window_.take(2);
  ASSERT_TRUE(tasks);
  ASSERT_EQ(tasks->size(), 1u);
  EXPECT_EQ(block_of(tasks->front().pieces.front()), 0u);
}

TEST_F(RestoreWindowTest, KeepsItsPiecesWhenTheyCannotBeLocated) {
  failing_ = true;
  ASSERT_TRUE(window_.add(piece_of(3, 1)));
  EXPECT_FALSE(window_.take(2));
  EXPECT_EQ(window_.drop().size(), 1u);
  EXPECT_EQ(window_.cost(), 0u);
  failing_ = false;
  EXPECT_TRUE(window_.take(2)->empty());
}

TEST_F(RestoreWindowTest, IsFullWhenItSaysSo) {
  for (size_t i = 0; i < RestoreWindow::kPiecesMax; ++i) {
    EXPECT_FALSE(window_.full());
    ASSERT_TRUE(window_.add(piece_of(1 + i % 2000, 0)));
  }
  EXPECT_TRUE(window_.full());
  window_.drop();
  RestorePiece piece = piece_of(1, 0);
  piece.path.assign(RestoreWindow::kHeldBytesMax - 1, 'x');
  ASSERT_TRUE(window_.add(std::move(piece)));
  EXPECT_FALSE(window_.full());
  ASSERT_TRUE(window_.add(piece_of(2, 0)));
  EXPECT_TRUE(window_.full());
}

}  // namespace
}  // namespace penstock
