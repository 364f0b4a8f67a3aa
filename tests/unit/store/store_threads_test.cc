// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "unit/store/store_fixture.h"
#include "unit/store/verified_frame.h"

namespace penstock {
namespace {

constexpr int kThreads = 4;

// With MemoryIndex, so that thread sanitizer sees all of it.
class StoreThreadsTest : public StoreFixture {
 protected:
  StoreThreadsTest() { index_factory_ = MemoryIndex::factory(); }

  template <class Work>
  static void in_threads(Work work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(StoreThreadsTest, EachBlockIsClaimedByExactlyOne) {
  const auto store = open(Access::write);
  std::vector<Digest> digests;
  for (uint64_t i = 0; i < 3000; ++i) digests.push_back(raw_block(i, 8).cid.digest);
  std::vector<std::atomic<int>> winners(digests.size());
  in_threads([&](int thread) {
    const size_t batch = 37 + 20 * static_cast<size_t>(thread);
    for (size_t from = 0; from < digests.size(); from += batch) {
      const size_t count = std::min(batch, digests.size() - from);
      std::vector<Claim> claims(count);
      ASSERT_TRUE(store->claim(std::span(digests).subspan(from, count), claims));
      for (size_t i = 0; i < count; ++i) winners[from + i] += claims[i] == Claim::yours ? 1 : 0;
    }
  });
  for (size_t i = 0; i < winners.size(); ++i) EXPECT_EQ(winners[i], 1) << i;
}

TEST_F(StoreThreadsTest, ManyAppendAndReadAcrossSegmentsAndIndexBatches) {
  segment_options_.segment_bytes = 200'000;
  constexpr uint64_t kFrames = 60;
  constexpr uint64_t kChunks = 40;
  const auto block = [](int thread, uint64_t frame, uint64_t chunk) {
    return raw_block((static_cast<uint64_t>(thread) << 32) + frame * kChunks + chunk, 60);
  };
  {
    const auto store = open(Access::write);
    std::atomic<int> lost = 0;
    in_threads([&](int thread) {
      const auto reader = store->new_reader();
      for (uint64_t frame = 0; frame < kFrames; ++frame) {
        std::vector<TestBlock> blocks;
        std::vector<Digest> digests;
        for (uint64_t chunk = 0; chunk < kChunks; ++chunk) {
          blocks.push_back(block(thread, frame, chunk));
          digests.push_back(blocks.back().cid.digest);
        }
        std::vector<Claim> claims(digests.size());
        ASSERT_TRUE(store->claim(digests, claims));
        const VerifiedFrame verified(blocks, CodecId::lz4);
        ASSERT_TRUE(store->append(verified.block()));
        for (uint64_t back = 0; back <= std::min<uint64_t>(frame, 2); ++back) {
          const TestBlock earlier = block(thread, frame - back, back);
          const auto read = reader->read(earlier.cid);
          if (!read || !std::ranges::equal(*read, earlier.bytes)) ++lost;
        }
      }
    });
    EXPECT_EQ(lost, 0);
    ASSERT_TRUE(BlockMaker().commit(*store, block(0, 0, 0).cid));
    EXPECT_GT(store->segments().size(), 3u);
  }
  const auto store = open(Access::read);
  in_threads([&](int thread) {
    const auto reader = store->new_reader();
    for (uint64_t frame = 0; frame < kFrames; ++frame) {
      for (uint64_t chunk = 0; chunk < kChunks; chunk += 7) {
        const TestBlock wanted = block(thread, frame, chunk);
        const auto read = reader->read(wanted.cid);
        EXPECT_TRUE(read && std::ranges::equal(*read, wanted.bytes));
      }
    }
  });
}

TEST_F(StoreThreadsTest, ReadersOpenAtAnyMomentBesideAWriter) {
  segment_options_.segment_bytes = 20'000;
  std::atomic<uint64_t> committed = 0;
  std::atomic<bool> done = false;
  std::thread writing([&] {
    const auto store = Store::open(files(), path(), Access::write, {{}, index_factory_, segment_options_});
    ASSERT_TRUE(store);
    for (uint64_t i = 0; i < 40; ++i) {
      const TestBlock block = raw_block(i, 3000);
      ASSERT_TRUE(BlockMaker().append(**store, {block}));
      ASSERT_TRUE(BlockMaker().commit(**store, block.cid));
      committed = i + 1;
    }
    done = true;
  });
  do {
    const uint64_t least = committed;
    const auto store = Store::open(files(), path(), Access::read, {{}, MemoryIndex::factory(), {}});
    ASSERT_TRUE(store) << why(store);
    EXPECT_GE((*store)->commits().size(), least);
    if (least > 0) {
      EXPECT_TRUE(holds(**store, raw_block(least - 1, 3000)));
    }
  } while (!done);
  writing.join();
}

}  // namespace
}  // namespace penstock
