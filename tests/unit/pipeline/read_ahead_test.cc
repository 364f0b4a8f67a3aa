// SPDX-License-Identifier: Apache-2.0
#include "pipeline/read_ahead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "base/limits.h"
#include "pipeline/batch_filler.h"
#include "unit/base/random_seed.h"
#include "unit/pipeline/memory_sink.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

constexpr size_t kBufferBytes = 100'000;
constexpr size_t kHeadroom = 20'000;

class ReadAheadTest : public testing::Test {
 protected:
  std::unique_ptr<BufferPool> pool_ = BufferPool::create("ahead", kBufferBytes, 1).value();
  ReadAhead ahead_{*pool_, kHeadroom, kBufferBytes - kHeadroom};
  std::vector<uint8_t> into_ = std::vector<uint8_t>(30'000);
  uint64_t moved_ = 0;

  ReadResult read(Source& source) { return ahead_.read(source, into_, moved_).value(); }
};

TEST_F(ReadAheadTest, HelpsOnlyWithWhatIsOfferedAndOnce) {
  ScriptedSource source(ScriptedContent::of(random_bytes(500'000, 1)));
  EXPECT_FALSE(ahead_.help());
  ahead_.offer(source);
  EXPECT_TRUE(ahead_.help());
  EXPECT_FALSE(ahead_.help());
  EXPECT_FALSE(ahead_.take(kHeadroom + 1));
  const auto window = ahead_.take(kHeadroom);
  ASSERT_TRUE(window);
  EXPECT_EQ(window->begin, kHeadroom);
  EXPECT_EQ(window->end, kBufferBytes);
  EXPECT_FALSE(ahead_.take(0));
}

TEST_F(ReadAheadTest, IsOfferedAgainByAReadThatFillsItsRoom) {
  auto content = ScriptedContent::of(random_bytes(50'000, 1));
  ScriptedSource source(content);
  EXPECT_EQ(read(source).bytes, into_.size());
  EXPECT_TRUE(ahead_.help());
  EXPECT_EQ(read(source).bytes, 20'000u);
  EXPECT_EQ(moved_, 20'000u);
  EXPECT_TRUE(read(source).end());
  EXPECT_FALSE(ahead_.help());
}

TEST_F(ReadAheadTest, KeepsWhatIsNoBytesForTheNextRead) {
  auto content = ScriptedContent::of(random_bytes(30'000, 1));
  content.stretches.push_back({{}, 5'000'000});
  content.stretches.push_back({{1, 2, 3}, 0});
  content.fail_at = 5'030'000;
  ScriptedSource source(content);
  EXPECT_EQ(read(source).bytes, 30'000u);
  EXPECT_TRUE(ahead_.help());
  EXPECT_FALSE(ahead_.help());
  EXPECT_FALSE(ahead_.take(0));
  EXPECT_EQ(read(source).hole_bytes, 5'000'000u);
  ahead_.offer(source);
  EXPECT_TRUE(ahead_.help());
  EXPECT_FALSE(ahead_.read(source, into_, moved_));
}

TEST_F(ReadAheadTest, LeavesSourcesAloneThatMayWait) {
  class Pipe final : public Source {
   public:
    Result<ReadResult> read(MutableBytes into) override { return ReadResult{.bytes = into.size()}; }
    bool may_wait() const override { return true; }
  };
  Pipe pipe;
  EXPECT_EQ(read(pipe).bytes, into_.size());
  ahead_.offer(pipe);
  EXPECT_FALSE(ahead_.help());
}

TEST_F(ReadAheadTest, LeavesBuffersAloneThatDoNotHoldBoth) {
  ReadAhead ahead(*pool_, kHeadroom, kBufferBytes - kHeadroom + 1);
  ScriptedSource source(ScriptedContent::of(random_bytes(500'000, 1)));
  ahead.offer(source);
  EXPECT_FALSE(ahead.help());
}

TEST_F(ReadAheadTest, KeepsTheOrderWhileAnotherThreadHelps) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  const auto bytes = random_bytes(5'000'000, seed);
  ScriptedSource source(ScriptedContent::of(bytes));
  std::atomic<bool> done = false;
  std::jthread helper([&] {
    while (!done) ahead_.help();
  });
  std::vector<uint8_t> got;
  while (true) {
    if (random() % 2 == 0) {
      if (const auto window = ahead_.take(random() % (2 * kHeadroom))) {
        const Bytes part = window->buffer.bytes().subspan(window->begin, window->end - window->begin);
        got.insert(got.end(), part.begin(), part.end());
      }
    }
    into_.resize(1 + random() % 60'000);
    const ReadResult part = read(source);
    if (part.end()) break;
    got.insert(got.end(), into_.begin(), into_.begin() + static_cast<ptrdiff_t>(part.bytes));
    if (random() % 2 == 0) ahead_.offer(source);
  }
  done = true;
  EXPECT_EQ(got, bytes);
}

// What a file's batches hold, one behind the other, and the lengths of its leaves.
struct Filled {
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> leaves;
  size_t batches_read_ahead = 0;
};

Filled fill(const ScriptedContent& content, bool ahead) {
  ScriptedEntries entries;
  entries.file("a", content);
  const auto pool = BufferPool::create("input", kFrameBytesMax, 3).value();
  const PutOptions options;
  BatchFiller filler(entries, *pool, options, 0);
  StageTimes times;
  StageClock clock(times);
  Filled filled;
  Batch batch;
  while (filler.fill(batch, clock).value()) {
    size_t chunk = 0;
    for (const TreeEvent& event : batch.outline.events) {
      if (event.kind == TreeEvent::Kind::zero_run)
        filled.bytes.resize(filled.bytes.size() + event.zero_bytes);
      if (event.kind != TreeEvent::Kind::leaves) continue;
      for (uint32_t i = 0; i < event.leaf_count; ++i, ++chunk) {
        const ChunkRef place = batch.chunks[chunk];
        const Bytes part = batch.input.bytes().subspan(place.offset, place.length);
        filled.bytes.insert(filled.bytes.end(), part.begin(), part.end());
        filled.leaves.push_back(place.length);
      }
    }
    batch.input = Buffer();
    if (ahead && filler.read_ahead(clock)) ++filled.batches_read_ahead;
  }
  return filled;
}

TEST(BatchFillerTest, CutsTheSameWhateverWasReadAhead) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  size_t batches_read_ahead = 0;
  for (int round = 0; round < 4; ++round) {
    ScriptedContent content;
    std::vector<uint8_t> bytes;
    for (int stretch = 0; stretch < 8; ++stretch) {
      const auto part = random_bytes(random() % 5'000'000, random());
      bytes.insert(bytes.end(), part.begin(), part.end());
      content.stretches.push_back({part, 0});
      // Short holes are written out as zeros, long ones are runs; some zeros are in memory.
      const size_t zeros = random() % (random() % 2 == 0 ? 10'000 : 4'000'000);
      bytes.resize(bytes.size() + zeros);
      if (zeros > 0 && random() % 3 == 0)
        content.stretches.push_back({std::vector<uint8_t>(zeros), 0});
      else if (zeros > 0)
        content.stretches.push_back({{}, zeros});
    }
    if (round % 2 == 1) content.read_max = 0;
    const Filled plain = fill(content, false);
    const Filled ahead = fill(content, true);
    ASSERT_EQ(plain.bytes, bytes);
    ASSERT_EQ(ahead.bytes, bytes);
    EXPECT_EQ(ahead.leaves, plain.leaves);
    batches_read_ahead += ahead.batches_read_ahead;
  }
  EXPECT_GT(batches_read_ahead, 0u);
}

}  // namespace
}  // namespace penstock
