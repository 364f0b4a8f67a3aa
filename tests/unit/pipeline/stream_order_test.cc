// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stream_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "hash/sha256.h"
#include "pipeline/tree_assembler.h"
#include "unit/pipeline/memory_sink.h"

namespace penstock {
namespace {

// Keeps the names of the directories that reach it, in the order in which they do.
class CountingBlocks final : public BlockSink {
 public:
  Status put(const Cid& /*cid*/, Bytes /*block*/) override {
    ++blocks;
    return {};
  }
  size_t blocks = 0;
};

BatchOutline outline_of(uint64_t sequence) {
  BatchOutline outline;
  outline.sequence = sequence;
  TreeEvent link;
  link.kind = TreeEvent::Kind::symlink;
  link.name = "link" + std::to_string(sequence);
  link.target = "x";
  outline.events.push_back(std::move(link));
  return outline;
}

TEST(StreamOrderTest, AssemblesInStreamOrderHoweverBatchesArrive) {
  CountingBlocks blocks;
  TreeAssembler assembler(blocks, LinkLayout::content_cut, 1 << 20);
  constexpr uint64_t kBatches = 500;
  StreamOrder order(assembler, 16);
  std::atomic<uint64_t> next{0};
  std::vector<std::jthread> lanes;
  for (int lane = 0; lane < 4; ++lane)
    lanes.emplace_back([&] {
      while (true) {
        const uint64_t sequence = next++;
        if (sequence >= kBatches) return;
        ASSERT_TRUE(order.wait_for_room(sequence));
        if (sequence % 7 == 0) std::this_thread::yield();
        BatchOutline outline = outline_of(sequence);
        ASSERT_TRUE(order.deliver(outline));
        ASSERT_TRUE(outline.events.empty());
      }
    });
  lanes.clear();
  ASSERT_EQ(assembler.roots().size(), kBatches);
  for (uint64_t i = 0; i < kBatches; ++i) EXPECT_EQ(assembler.roots()[i].name, "link" + std::to_string(i));
}

TEST(StreamOrderTest, HasNoRoomBeyondItsWindow) {
  CountingBlocks blocks;
  TreeAssembler assembler(blocks, LinkLayout::content_cut, 1 << 20);
  StreamOrder order(assembler, 4);
  EXPECT_TRUE(order.has_room(3));
  EXPECT_FALSE(order.has_room(4));
  BatchOutline second = outline_of(1);
  ASSERT_TRUE(order.deliver(second));
  EXPECT_FALSE(order.has_room(4));
  BatchOutline first = outline_of(0);
  ASSERT_TRUE(order.deliver(first));
  EXPECT_TRUE(order.has_room(5));
  EXPECT_FALSE(order.has_room(6));
}

TEST(StreamOrderTest, StopWakesWhoWaitsForRoom) {
  CountingBlocks blocks;
  TreeAssembler assembler(blocks, LinkLayout::content_cut, 1 << 20);
  StreamOrder order(assembler, 1);
  std::jthread waiting([&] { EXPECT_FALSE(order.wait_for_room(1)); });
  order.stop();
}

}  // namespace
}  // namespace penstock
