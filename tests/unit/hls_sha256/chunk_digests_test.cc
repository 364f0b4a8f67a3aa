// SPDX-License-Identifier: Apache-2.0
#include "hls/sha256/chunk_digests.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "hls/datapath/cycles.h"
#include "hls/datapath/dataflow.h"
#include "unit/base/random_seed.h"
#include "unit/hls_sha256/guarded_words.h"
#include "unit/hls_sha256/openssl_sha256.h"

namespace penstock {
namespace {

using fabric::ChunkJob;
using hls_simulation::Mode;

struct Place {
  size_t offset;
  size_t bytes;
};

void write_jobs(const std::vector<Place>& places, hls::stream<ChunkJob>& jobs) {
  for (const Place& place : places) jobs.write({place.offset, static_cast<uint32_t>(place.bytes), false});
  jobs.write({0, 0, true});
}

void read_digests(size_t count, hls::stream<ap_uint<256>>& digests, std::vector<Sha256Bytes>& results) {
  for (size_t i = 0; i < count; ++i) {
    const ap_uint<256> digest = digests.read();
    results.emplace_back();
    std::memcpy(results.back().data(), &digest, 32);
  }
}

std::vector<Sha256Bytes> digests_of(GuardedWords& memory, const std::vector<Place>& places) {
  std::vector<Sha256Bytes> results;
  HLS_REGION(test);
  hls::stream<ChunkJob, 2> jobs("jobs");
  hls::stream<ap_uint<256>, 2> digests("digests");
  HLS_PROCESS(write, write_jobs(places, jobs));
  HLS_PROCESS(digest, fabric::digest_chunks(jobs, memory.words(), digests));
  HLS_PROCESS(read, read_digests(places.size(), digests, results));
  // The region's end is this function's; the results are looked at behind it.
  hls_region.join();
  return results;
}

void expect_right(GuardedWords& memory, const std::vector<Place>& places) {
  const std::vector<Sha256Bytes> results = digests_of(memory, places);
  ASSERT_EQ(results.size(), places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    ASSERT_EQ(results[i], openssl_sha256(memory.bytes().subspan(places[i].offset, places[i].bytes)))
        << "chunk " << i << " at " << places[i].offset << ", " << places[i].bytes << " bytes";
  }
}

std::string hex(const Sha256Bytes& digest) {
  std::string text;
  for (const uint8_t byte : digest) {
    text += "0123456789abcdef"[byte / 16];
    text += "0123456789abcdef"[byte % 16];
  }
  return text;
}

std::string hex_of(const std::string& message) {
  GuardedWords memory(message.size() / 64 + 1);
  std::memcpy(memory.bytes().data(), message.data(), message.size());
  return hex(digests_of(memory, {{0, message.size()}}).at(0));
}

void fill(GuardedWords& memory, std::mt19937_64& random) {
  for (uint8_t& byte : memory.bytes()) byte = static_cast<uint8_t>(random());
}

// Chunks behind each other, the last one up to the last byte.
std::vector<Place> random_places(size_t bytes, size_t chunk_bytes_max, std::mt19937_64& random) {
  std::vector<Place> places;
  size_t at = random() % 64;
  while (at < bytes) {
    const size_t chunk = std::min<size_t>(random() % (chunk_bytes_max + 1), bytes - at);
    places.push_back({at, chunk});
    at += chunk;
  }
  return places;
}

// FIPS 180-2, appendix B, and NIST's examples for FIPS 180-4.
TEST(ChunkDigestsTest, AgreesWithThePublishedVectors) {
  EXPECT_EQ(hex_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(
      hex_of("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmno"
             "pqrsmnopqrstnopqrstu"),
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(hex_of(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

class ChunkDigestsModeTest : public testing::TestWithParam<Mode> {
 protected:
  ChunkDigestsModeTest() { scope_.limit_depth(2); }

  bool fast() const { return GetParam() == Mode::kFast; }

  const uint64_t seed_ = process_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
  hls_simulation::Scope scope_{GetParam(), std::chrono::seconds(20)};
};

TEST_P(ChunkDigestsModeTest, EveryLengthAtManyPlacesIsRight) {
  GuardedWords memory(1024);
  fill(memory, random_);
  std::vector<Place> places;
  for (size_t bytes = 0; bytes <= 300; ++bytes) {
    for (size_t offset = 0; offset < 64; offset += fast() ? 1 : 21) places.push_back({offset, bytes});
    places.push_back({memory.bytes().size() - bytes, bytes});
  }
  expect_right(memory, places);
}

TEST_P(ChunkDigestsModeTest, ChunksOfAllSizesShareTheSlots) {
  for (const size_t chunk_bytes_max : {60, 3000, 100000}) {
    GuardedWords memory(fast() ? 60000 : 3000);
    fill(memory, random_);
    expect_right(memory, random_places(memory.bytes().size(), chunk_bytes_max, random_));
  }
}

// Short chunks wait for a long one that came before them, and no more of them than the window holds.
TEST_P(ChunkDigestsModeTest, ALongChunkHoldsBackTheDigestsBehindIt) {
  GuardedWords memory(fast() ? 40000 : 2000);
  fill(memory, random_);
  std::vector<Place> places = {{1, memory.bytes().size() - 1}};
  for (size_t i = 0; i < 3 * fabric::kDigestWindow; ++i)
    places.push_back({random_() % 1000, random_() % 100});
  expect_right(memory, places);
}

TEST_P(ChunkDigestsModeTest, NoChunksAreNoDigests) {
  GuardedWords memory(1);
  EXPECT_TRUE(digests_of(memory, {}).empty());
}

INSTANTIATE_TEST_SUITE_P(Modes, ChunkDigestsModeTest, testing::Values(Mode::kFast, Mode::kThreaded),
                         [](const auto& mode) { return mode.param == Mode::kFast ? "Fast" : "Threaded"; });

// Modelled clocks: what the loops say of themselves.
double occupancy(const fabric::CycleRecord& record) {
  return double(record.counted("sha256_blocks")) / double(record.counted("sha256_clocks"));
}

TEST(ChunkDigestsModelTest, ThePipeIsFullWhileThereAreChunks) {
  std::mt19937_64 random(process_seed());
  GuardedWords memory(size_t{16} << 14);
  const std::vector<Place> places = random_places(memory.bytes().size(), 16384, random);
  fabric::CycleRecord record;
  const fabric::CycleScope cycles(record);
  digests_of(memory, places);
  EXPECT_GT(occupancy(record), 0.95);
  EXPECT_GT(double(memory.bytes().size()) / double(record.longest()), 58) << "bytes a clock";
}

// One chunk has one block in the pipe at a time, and the clocks of the other slots pass.
TEST(ChunkDigestsModelTest, OneChunkAloneTakesAWholeRoundABlock) {
  GuardedWords memory(1000);
  fabric::CycleRecord record;
  const fabric::CycleScope cycles(record);
  digests_of(memory, {{0, memory.bytes().size()}});
  EXPECT_EQ(record.counted("sha256_blocks"), 1001u);
  EXPECT_EQ(record.counted("sha256_clocks"), 1000u * fabric::kDigestSlots + 1);
}

// What a slot carries from row to row is not asked for before its memory has it, however few slots are busy.
TEST(ChunkDigestsModelTest, NoWordIsAskedForSoonerThanItWasKept) {
  std::mt19937_64 random(process_seed());
  GuardedWords memory(600);
  fill(memory, random);
  for (size_t chunks = 1; chunks <= 4; ++chunks) {
    fabric::CycleRecord record;
    const fabric::CycleScope cycles(record);
    std::vector<Place> places;
    for (size_t i = 0; i < chunks; ++i) places.push_back({1 + 7 * i, 30000 + random() % 8000});
    expect_right(memory, places);
    EXPECT_EQ(record.counted("carried_too_soon"), 0u) << chunks;
  }
}

// Which clock a block enters at does not depend on how threads are scheduled.
TEST(ChunkDigestsModelTest, BothModesCountTheSameClocks) {
  std::mt19937_64 random(process_seed());
  GuardedWords memory(500);
  const std::vector<Place> places = random_places(memory.bytes().size(), 2000, random);
  fabric::CycleRecord fast;
  {
    const fabric::CycleScope cycles(fast);
    digests_of(memory, places);
  }
  fabric::CycleRecord threaded;
  {
    const hls_simulation::Scope scope(Mode::kThreaded);
    const fabric::CycleScope cycles(threaded);
    digests_of(memory, places);
  }
  EXPECT_EQ(fast.cycles(), threaded.cycles());
}

}  // namespace
}  // namespace penstock
