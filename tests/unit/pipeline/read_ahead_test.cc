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
#include "unit/base/sanitized.h"
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

TEST_F(ReadAheadTest, HelpsOnlyBehindAReadThatFilledItsRoomAndOnce) {
  ScriptedSource source(ScriptedContent::of(random_bytes(500'000, 1)));
  EXPECT_FALSE(ahead_.help());
  EXPECT_EQ(read(source).bytes, into_.size());
  EXPECT_TRUE(ahead_.help());
  EXPECT_FALSE(ahead_.help());
  EXPECT_FALSE(ahead_.take(kHeadroom + 1));
  const auto window = ahead_.take(kHeadroom);
  ASSERT_TRUE(window);
  EXPECT_EQ(window->begin, kHeadroom);
  EXPECT_EQ(window->end, kBufferBytes);
  EXPECT_FALSE(ahead_.take(0));
}

TEST_F(ReadAheadTest, GivesWhatWasReadAheadFirst) {
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
  ScriptedSource source(content);
  EXPECT_EQ(read(source).bytes, 30'000u);
  EXPECT_TRUE(ahead_.help());
  EXPECT_FALSE(ahead_.help());
  EXPECT_FALSE(ahead_.take(0));
  EXPECT_EQ(read(source).hole_bytes, 5'000'000u);
  EXPECT_TRUE(read(source).end());
}

TEST_F(ReadAheadTest, KeepsAnErrorForTheNextRead) {
  auto content = ScriptedContent::of(random_bytes(30'001, 1));
  content.fail_at = 30'000;
  ScriptedSource source(content);
  EXPECT_EQ(read(source).bytes, 30'000u);
  EXPECT_TRUE(ahead_.help());
  EXPECT_FALSE(ahead_.take(0));
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
  EXPECT_FALSE(ahead_.help());
}

TEST_F(ReadAheadTest, LeavesBuffersAloneThatDoNotHoldBoth) {
  ReadAhead ahead(*pool_, kHeadroom, kBufferBytes - kHeadroom + 1);
  ScriptedSource source(ScriptedContent::of(random_bytes(500'000, 1)));
  EXPECT_EQ(ahead.read(source, into_, moved_).value().bytes, into_.size());
  EXPECT_FALSE(ahead.help());
}

TEST_F(ReadAheadTest, KeepsTheOrderWhileAnotherThreadHelps) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  const auto bytes = random_bytes(5'000'000, seed);
  ScriptedSource source(ScriptedContent::of(bytes));
  std::atomic<bool> done = false;
  std::atomic<size_t> helped = 0;
  std::jthread helper([&] {
    while (!done) helped += ahead_.help() ? 1 : 0;
  });
  std::vector<uint8_t> got;
  while (true) {
    if (random() % 2 == 0) {
      if (const auto window = ahead_.take(random() % (2 * kHeadroom))) {
        const Bytes part = window->buffer.bytes().subspan(window->begin, window->end - window->begin);
        got.insert(got.end(), part.begin(), part.end());
      }
    }
    // A busy machine may leave the other thread out.
    if (random() % 4 == 0) helped += ahead_.help() ? 1 : 0;
    into_.resize(1 + random() % 60'000);
    const ReadResult part = read(source);
    if (part.end()) break;
    got.insert(got.end(), into_.begin(), into_.begin() + static_cast<ptrdiff_t>(part.bytes));
  }
  done = true;
  helper.join();
  EXPECT_GT(helped, 0u);
  EXPECT_EQ(got, bytes);
}

enum class Help : uint8_t { none, between_batches, beside };

// What a file's batches hold, one behind the other, and the lengths of its leaves.
struct Filled {
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> leaves;
  size_t batches = 0;
  uint64_t bytes_moved = 0;
  std::atomic<size_t> parts_read_ahead = 0;
};

void take(const Batch& batch, Filled& filled) {
  ++filled.batches;
  size_t chunk = 0;
  for (const TreeEvent& event : batch.outline.events) {
    if (event.kind == TreeEvent::Kind::zero_run) filled.bytes.resize(filled.bytes.size() + event.zero_bytes);
    if (event.kind != TreeEvent::Kind::leaves) continue;
    for (uint32_t i = 0; i < event.leaf_count; ++i, ++chunk) {
      const ChunkRef place = batch.chunks[chunk];
      const Bytes part = batch.input.bytes().subspan(place.offset, place.length);
      filled.bytes.insert(filled.bytes.end(), part.begin(), part.end());
      filled.leaves.push_back(place.length);
    }
  }
}

void fill(const std::vector<ScriptedContent>& files, const char* chunker, Help help, Filled& filled) {
  ScriptedEntries entries;
  for (const ScriptedContent& content : files) entries.file("a", content);
  const auto pool = BufferPool::create("input", kFrameBytesMax, 3).value();
  PutOptions options;
  options.chunker = *parse_chunker(chunker);
  BatchFiller filler(entries, *pool, options, 0);
  const auto read_ahead = [&] {
    StageTimes times;
    StageClock clock(times);
    if (filler.read_ahead(clock)) ++filled.parts_read_ahead;
  };
  std::atomic<bool> done = false;
  std::jthread helper([&] {
    while (help == Help::beside && !done) read_ahead();
  });
  StageTimes times;
  StageClock clock(times);
  Batch batch;
  while (filler.fill(batch, clock, true).value() == BatchSource::Fill::filled) {
    take(batch, filled);
    batch.input = Buffer();
    if (help == Help::between_batches) read_ahead();
  }
  done = true;
  helper.join();
  filled.bytes_moved = filler.counters().bytes_moved;
}

// Data, zeros that a file system would know of, and zeros that it would not.
ScriptedContent random_content(std::mt19937_64& random, std::vector<uint8_t>& bytes) {
  ScriptedContent content;
  for (int stretch = 0; stretch < 6; ++stretch) {
    const auto part = random_bytes(random() % (kSanitized ? 1'000'000 : 3'000'000), random());
    bytes.insert(bytes.end(), part.begin(), part.end());
    content.stretches.push_back({part, 0});
    const size_t zeros = 1 + random() % (random() % 2 == 0 ? 10'000 : 4'000'000);
    bytes.resize(bytes.size() + zeros);
    if (random() % 3 == 0) {
      content.stretches.push_back({std::vector<uint8_t>(zeros), 0});
    } else {
      content.stretches.push_back({{}, zeros});
    }
  }
  if (random() % 2 == 0) content.read_max = 0;
  return content;
}

TEST(BatchFillerTest, CutsTheSameWhateverWasReadAhead) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (const char* chunker : {"cdc:16K:64K:256K", "cdc:256K:512K:1M", "fixed:1M", "fixed:600K"}) {
    SCOPED_TRACE(chunker);
    std::vector<uint8_t> bytes;
    std::vector<ScriptedContent> files(2);
    for (ScriptedContent& file : files) file = random_content(random, bytes);
    Filled plain;
    fill(files, chunker, Help::none, plain);
    ASSERT_EQ(plain.bytes, bytes);
    for (const Help help : {Help::between_batches, Help::beside}) {
      Filled ahead;
      fill(files, chunker, help, ahead);
      ASSERT_EQ(ahead.bytes, bytes);
      EXPECT_EQ(ahead.leaves, plain.leaves);
    }
  }
}

TEST(BatchFillerTest, MakesBatchesAsLargeWithWhatWasReadAhead) {
  const std::vector<ScriptedContent> files = {ScriptedContent::of(random_bytes(20'000'000, 1))};
  for (const Help help : {Help::none, Help::between_batches, Help::beside}) {
    Filled filled;
    fill(files, "cdc:16K:64K:256K", help, filled);
    EXPECT_LE(filled.batches, 20'000'000 / kFrameBytesAim + 6);
    if (help != Help::beside) {
      EXPECT_EQ(filled.parts_read_ahead > 0, help == Help::between_batches);
    }
  }
}

TEST(BatchFillerTest, MovesNothingOfChunksOfOneSize) {
  for (const char* chunker : {"fixed:1M", "fixed:512K", "fixed:4K"}) {
    Filled filled;
    fill({ScriptedContent::of(random_bytes(5 * kMiB, 1))}, chunker, Help::none, filled);
    EXPECT_LE(filled.batches, 6u) << chunker;  // the last is the end alone
    EXPECT_EQ(filled.bytes_moved, 0u) << chunker;
  }
}

}  // namespace
}  // namespace penstock
