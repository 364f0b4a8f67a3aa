// SPDX-License-Identifier: Apache-2.0
#include "hash/sha256_lanes.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace penstock {
namespace {

// Hashes nothing: a digest's first byte is the lane it came from; what was run is noted.
struct NotedKernel {
  static constexpr size_t kLanes = 3;
  struct Run {
    size_t width;
    size_t blocks;
  };

  void start(size_t lane) { starts.push_back(lane); }
  void run(std::span<const Sha256Lane* const> lanes, size_t blocks) {
    runs.push_back({lanes.size(), blocks});
  }
  Digest digest(size_t lane) const {
    Digest digest;
    digest.bytes[0] = static_cast<uint8_t>(lane);
    return digest;
  }

  std::vector<size_t> starts;
  std::vector<Run> runs;
};

// Messages of so many blocks, padding included.
std::vector<Bytes> messages_of(const std::vector<uint8_t>& bytes, const std::vector<size_t>& blocks) {
  std::vector<Bytes> messages;
  for (const size_t count : blocks) messages.push_back(Bytes(bytes).first((count - 1) * kSha256BlockBytes));
  return messages;
}

TEST(Sha256LanesTest, ALaneTakesTheNextMessageAsSoonAsItsOwnEnds) {
  const std::vector<uint8_t> bytes(10000);
  const std::vector<Bytes> messages = messages_of(bytes, {12, 6, 6, 6, 6});
  std::vector<Digest> digests(messages.size());
  NotedKernel kernel;
  digest_in_lanes(kernel, messages, digests);
  EXPECT_EQ(kernel.starts, (std::vector<size_t>{0, 1, 2, 1, 2}));
  size_t steps = 0;
  for (const NotedKernel::Run& run : kernel.runs) {
    EXPECT_EQ(run.width, 3u);
    steps += run.blocks;
  }
  EXPECT_EQ(steps, 12u);
}

TEST(Sha256LanesTest, NarrowsWhenNoMessageIsLeft) {
  const std::vector<uint8_t> bytes(10000);
  const std::vector<Bytes> messages = messages_of(bytes, {9, 5, 2});
  std::vector<Digest> digests(messages.size());
  NotedKernel kernel;
  digest_in_lanes(kernel, messages, digests);
  std::vector<size_t> steps_by_width(4);
  for (const NotedKernel::Run& run : kernel.runs) steps_by_width[run.width] += run.blocks;
  EXPECT_EQ(steps_by_width, (std::vector<size_t>{0, 4, 3, 2}));
}

TEST(Sha256LanesTest, TheLongestMessageDoesNotComeLast) {
  const std::vector<uint8_t> bytes(10000);
  std::vector<size_t> blocks(20, 3);
  blocks.push_back(21);  // as many as a lane's fair share
  const std::vector<Bytes> messages = messages_of(bytes, blocks);
  std::vector<Digest> digests(messages.size());
  NotedKernel kernel;
  digest_in_lanes(kernel, messages, digests);
  size_t steps = 0;
  for (const NotedKernel::Run& run : kernel.runs) steps += run.blocks;
  EXPECT_LE(steps, 30u);  // 81 blocks in three lanes: 27 and the grain of a message; in order it would be 42
}

TEST(LongestFirstTest, HandsOutEachMessageOnceAndTheLongestOfThoseItSees) {
  const std::vector<uint8_t> bytes(1000);
  std::vector<Bytes> messages;
  for (size_t i = 0; i < 300; ++i) messages.push_back(Bytes(bytes).first(i * 7919 % 1000));
  LongestFirst waiting(messages);
  std::vector<bool> taken(messages.size());
  for (size_t turn = 0; turn < messages.size(); ++turn) {
    ASSERT_FALSE(waiting.empty());
    const size_t place = waiting.take();
    ASSERT_FALSE(taken[place]);
    const size_t seen = std::min(turn + LongestFirst::kAhead, messages.size());
    for (size_t other = 0; other < seen; ++other)
      ASSERT_TRUE(taken[other] || messages[other].size() <= messages[place].size());
    taken[place] = true;
  }
  EXPECT_TRUE(waiting.empty());
}

TEST(LongestFirstTest, KeepsTheOrderOfEqualOnes) {
  const std::vector<Bytes> messages(100);
  LongestFirst waiting(messages);
  for (size_t turn = 0; turn < messages.size(); ++turn) EXPECT_EQ(waiting.take(), turn);
}

}  // namespace
}  // namespace penstock
