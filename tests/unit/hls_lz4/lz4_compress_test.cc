// SPDX-License-Identifier: Apache-2.0
#include "hls/lz4_compress/lz4_compress.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "unit/base/build_slowdown.h"
#include "unit/base/random_seed.h"
#include "unit/hls_lz4/lz4_launch.h"

namespace penstock {
namespace {

using hls_simulation::Mode;

// Matches of a payload, as a reader of the format sees them.
struct SeenMatch {
  uint32_t offset;
  uint32_t bytes;
};

std::vector<SeenMatch> matches_of(const Bytes& payload) {
  std::vector<SeenMatch> matches;
  size_t at = 0;
  const auto length = [&](uint32_t half) {
    uint32_t sum = half;
    if (half != 15) return sum;
    while (payload.at(at) == 255) {
      sum += 255;
      ++at;
    }
    return sum + payload.at(at++);
  };
  while (at < payload.size()) {
    const uint8_t token = payload.at(at++);
    at += length(token >> 4);
    if (at >= payload.size()) break;
    const uint32_t offset = payload.at(at) | payload.at(at + 1) << 8;
    at += 2;
    matches.push_back({offset, length(token & 15) + 4});
  }
  return matches;
}

// Each is encoded in one launch, fits where it must and decodes to itself, by liblz4 and by our decompressor.
void expect_round_trips(const std::vector<Bytes>& extents, bool few_position_bits = false) {
  std::vector<EngineJob> jobs;
  for (const Bytes& extent : extents) jobs.push_back({extent, static_cast<uint32_t>(extent.size())});
  const std::vector<EngineOutput> encoded = launch_compressor(jobs, few_position_bits);
  std::vector<EngineJob> payloads;
  for (size_t i = 0; i < extents.size(); ++i) {
    if (!encoded[i].done) {
      ASSERT_EQ(encoded[i].bytes, 0u);
      continue;
    }
    ASSERT_LT(encoded[i].bytes, extents[i].size());
    ASSERT_EQ(encoded[i].words.size(), (encoded[i].bytes + 63) / 64 * 64);
    ASSERT_TRUE(ends_in_zeros(encoded[i]));
    Bytes raw;
    ASSERT_TRUE(liblz4_decodes(encoded[i].output, extents[i].size(), raw)) << extents[i].size() << " bytes";
    ASSERT_TRUE(raw == extents[i]) << extents[i].size() << " bytes";
    payloads.push_back({encoded[i].output, static_cast<uint32_t>(extents[i].size())});
  }
  const std::vector<EngineOutput> decoded = launch_decompressor(payloads);
  size_t next = 0;
  for (size_t i = 0; i < extents.size(); ++i) {
    if (!encoded[i].done) continue;
    ASSERT_TRUE(decoded[next].done);
    ASSERT_TRUE(decoded[next].output == extents[i]);
    ++next;
  }
}

EngineOutput encode(const Bytes& extent, uint32_t output_bytes_max) {
  return launch_compressor({{extent, output_bytes_max}}).front();
}

class Lz4CompressTest : public testing::TestWithParam<Mode> {
 protected:
  bool fast() const { return GetParam() == Mode::kFast; }

  const uint64_t seed_ = process_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
  const hls_simulation::Scope scope_{GetParam(), std::chrono::seconds(20)};
};

TEST_P(Lz4CompressTest, TenThousandExtentsComeBackAsTheyWere) {
  std::printf("%s\n", seed_text(seed_).c_str());
  size_t left = fast() ? 10000 / kBuildSlowdown : 150;
  while (left > 0) {
    std::vector<Bytes> extents;
    for (size_t i = 0; i < 100 && left > 0; ++i, --left) {
      const size_t limit = random_() % 4 != 0 ? 3000 : fast() ? 65537 : 9000;
      extents.push_back(sample_extent(random_() % limit, random_));
    }
    ASSERT_NO_FATAL_FAILURE(expect_round_trips(extents, random_() % 2 == 0));
  }
}

TEST_P(Lz4CompressTest, LargeExtentsComeBackAsTheyWere) {
  for (int i = 0; i < (fast() ? 14 / kBuildSlowdown : 1); ++i) {
    const size_t bytes = fast() ? 65537 + random_() % (2097152 - 65536) : 150000;
    ASSERT_NO_FATAL_FAILURE(expect_round_trips({sample_extent(bytes, random_)}));
  }
  if (fast()) {
    ASSERT_NO_FATAL_FAILURE(expect_round_trips({sample_extent(2097152, random_), Bytes(2097152)}));
  }
}

TEST_P(Lz4CompressTest, EveryPeriodIsFollowedToTheEnd) {
  for (const size_t period : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 66, 71, 72, 73, 255, 4096}) {
    const Bytes extent = periodic(fast() ? 50000 : 9000, period, random_);
    const EngineOutput encoded = encode(extent, static_cast<uint32_t>(extent.size()));
    ASSERT_TRUE(encoded.done) << period;
    EXPECT_LT(encoded.bytes, period + extent.size() / 255 + 100) << period;
    if (period <= 255) {
      EXPECT_EQ(matches_of(encoded.output).size(), 1u) << period;
    }
    ASSERT_NO_FATAL_FAILURE(expect_round_trips({extent}));
  }
}

TEST_P(Lz4CompressTest, OffsetsUpTo65535AreFollowedToTheEndAndOneOf65536IsNotUsed) {
  for (const size_t distance : {65528, 65529, 65532, 65535, 65536}) {
    for (size_t lead = 0; lead < (fast() ? 8u : 1u); ++lead) {
      const Bytes pattern = noise(100, random_);
      // Between them something that fills no bank with what the pattern hashes to: zeros. And none of them
      // behind it, which would match as well.
      Bytes extent(lead + distance);
      std::copy(pattern.begin(), pattern.end(), extent.begin() + std::ptrdiff_t(lead));
      extent.insert(extent.end(), pattern.begin(), pattern.end());
      const Bytes end = noise(50, random_);
      extent.insert(extent.end(), end.begin(), end.end());
      const EngineOutput encoded = encode(extent, static_cast<uint32_t>(extent.size()));
      ASSERT_TRUE(encoded.done);
      std::vector<size_t> far;  // bytes of matches that reach over the zeros
      for (const SeenMatch& match : matches_of(encoded.output)) {
        if (match.offset <= 60000) continue;
        EXPECT_EQ(match.offset, distance) << lead;
        far.push_back(match.bytes);
      }
      if (distance == 65536) {
        EXPECT_TRUE(far.empty()) << lead;
      } else {
        ASSERT_EQ(far.size(), 1u) << "distance " << distance << ", lead " << lead;
        EXPECT_GE(far[0], pattern.size() - 8) << "distance " << distance << ", lead " << lead;
      }
      ASSERT_NO_FATAL_FAILURE(expect_round_trips({extent}));
    }
  }
}

TEST_P(Lz4CompressTest, AnotherExtentIsNeverReferredTo) {
  // The same noise again and again: whoever looked into the extent before would find all of it.
  const Bytes same = noise(fast() ? 40000 / kBuildSlowdown : 4000, random_);
  std::vector<EngineJob> jobs(fast() ? 200 : 12, {same, static_cast<uint32_t>(same.size())});
  for (const bool few_bits : {false, true}) {
    for (const EngineOutput& output : launch_compressor(jobs, few_bits)) EXPECT_FALSE(output.done);
  }
}

TEST_P(Lz4CompressTest, TheBeginOfAnExtentDoesNotReferToTheEndOfTheOneBefore) {
  // What is nearest: the last bytes and the zeros that fill up their beat, then the same as first bytes.
  for (size_t bytes = 4; bytes <= 20; ++bytes) {
    const Bytes ends = noise(bytes, random_);
    Bytes extent(ends);
    extent.resize(bytes + 40);
    const Bytes middle = noise(300 + bytes, random_);
    extent.insert(extent.end(), middle.begin(), middle.end());
    extent.insert(extent.end(), ends.begin(), ends.end());
    ASSERT_NO_FATAL_FAILURE(expect_round_trips({extent, extent, extent})) << bytes;
  }
}

TEST_P(Lz4CompressTest, ATableThatIsClearedFindsWhatOneThatIsNotFinds) {
  // Positions of 22 bits suffice for about 60 small extents, or for one of 2 MiB.
  std::vector<Bytes> extents;
  std::vector<EngineJob> jobs;
  for (int i = 0; i < (fast() ? 150 : 70); ++i) extents.push_back(sample_extent(random_() % 2000, random_));
  if (fast()) {
    for (int i = 0; i < 3; ++i) extents.push_back(prose(2097152, random_));
  }
  for (const Bytes& extent : extents) jobs.push_back({extent, static_cast<uint32_t>(extent.size())});
  const std::vector<EngineOutput> rarely = launch_compressor(jobs, false);
  const std::vector<EngineOutput> often = launch_compressor(jobs, true);
  for (size_t i = 0; i < jobs.size(); ++i) {
    EXPECT_EQ(rarely[i].done, often[i].done);
    EXPECT_TRUE(rarely[i].output == often[i].output) << i;
  }
}

TEST_P(Lz4CompressTest, SmallExtentsAreStoredOrComeBack) {
  std::vector<Bytes> extents;
  for (size_t bytes = 0; bytes <= 40; ++bytes) {
    extents.push_back(Bytes(bytes));
    extents.push_back(noise(bytes, random_));
    extents.push_back(periodic(bytes, 2, random_));
  }
  ASSERT_NO_FATAL_FAILURE(expect_round_trips(extents));
  for (const size_t bytes : {0, 1, 5, 12}) {
    EXPECT_FALSE(encode(Bytes(bytes), 100).done) << bytes << " bytes have no match";
  }
  EXPECT_TRUE(encode(Bytes(24), 100).done);
}

TEST_P(Lz4CompressTest, NoiseIsStored) {
  // All of it waits for a length that is known at its end.
  const Bytes extent = noise(2097152, random_);
  const EngineJob job = {extent, 2200000};
  for (const EngineOutput& output : launch_compressor({job, job})) {
    EXPECT_FALSE(output.done);
    EXPECT_LE(output.words.size(), extent.size());
  }
}

TEST_P(Lz4CompressTest, LiteralsOfAnyNumberStandBeforeAMatch) {
  for (const size_t literals : {1, 14, 15, 16, 269, 270, 271, 524, 525, 65535, 300000}) {
    if (!fast() && literals > 1000) continue;
    Bytes extent = noise(literals, random_);
    extent.resize(literals * 2 + 2000);  // zeros, so that it gets smaller
    ASSERT_NO_FATAL_FAILURE(expect_round_trips({extent}));
    EXPECT_TRUE(encode(extent, static_cast<uint32_t>(extent.size())).done);
  }
}

TEST_P(Lz4CompressTest, APayloadAsLongAsAllowedFitsAndOneByteMoreDoesNot) {
  for (int i = 0; i < (fast() ? 30 : 5); ++i) {
    const Bytes extent = prose(3000 + random_() % 4000, random_);
    const uint32_t bytes = encode(extent, static_cast<uint32_t>(extent.size())).bytes;
    ASSERT_GT(bytes, 0u);
    EXPECT_EQ(encode(extent, bytes).bytes, bytes);
    const EngineOutput refused = encode(extent, bytes - 1);
    EXPECT_FALSE(refused.done);
    EXPECT_EQ(refused.bytes, 0u);
    EXPECT_LE(refused.words.size(), (bytes - 1 + 63) / 64 * 64);
  }
}

TEST(Lz4CompressTableTest, IsClearedBeforePositionsRunOut) {
  // Positions of 22 bits, 65,536 of which are never used: extents of 1.5 MiB with their gaps fit in twice,
  // and the longest one that fits in once takes what is left.
  const auto clocks = [](const std::vector<Bytes>& extents, bool few_bits) {
    std::vector<EngineJob> jobs;
    for (const Bytes& extent : extents) jobs.push_back({extent, static_cast<uint32_t>(extent.size())});
    fabric::CycleRecord record;
    const fabric::CycleScope scope(record);
    launch_compressor(jobs, few_bits);
    return record.of("find_matches");
  };
  const auto clears_more = [&](const std::vector<size_t>& sizes) {
    std::vector<Bytes> extents;
    extents.reserve(sizes.size());
    for (const size_t bytes : sizes) extents.emplace_back(bytes);
    return (clocks(extents, true) - clocks(extents, false)) / fabric::kTableRows;
  };
  constexpr size_t kLong = 3 << 19;
  constexpr size_t kRest = (1 << 22) - (1 << 16) - 2 * (kLong + 8 + 65535) - 8;
  EXPECT_EQ(clears_more({kLong}), 0u);
  EXPECT_EQ(clears_more({kLong, kLong, kRest}), 0u);
  EXPECT_EQ(clears_more({kLong, kLong, kRest + 1}), 1u);
  EXPECT_EQ(clears_more({kLong, kLong, kRest, 1}), 1u);
}

INSTANTIATE_TEST_SUITE_P(Modes, Lz4CompressTest, testing::Values(Mode::kFast, Mode::kThreaded),
                         [](const auto& mode) { return mode.param == Mode::kFast ? "Fast" : "Threaded"; });

}  // namespace
}  // namespace penstock
