// SPDX-License-Identifier: Apache-2.0
#include "hls/lz4_decompress/lz4_decompress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "unit/base/build_slowdown.h"
#include "unit/base/random_seed.h"
#include "unit/hls_lz4/lz4_launch.h"

namespace penstock {
namespace {

using hls_simulation::Mode;

// liblz4 lets an offset of 0 pass, which the format calls corrupt.
bool has_offset_zero(const Bytes& payload) {
  size_t at = 0;
  const auto skip_length = [&](uint64_t half) {
    uint64_t sum = half;
    if (half != 15) return sum;
    while (at < payload.size() && payload[at] == 255) {
      sum += 255;
      ++at;
    }
    if (at < payload.size()) sum += payload[at++];
    return sum;
  };
  while (at < payload.size()) {
    const uint8_t token = payload[at++];
    at += skip_length(token >> 4);
    if (at + 2 > payload.size()) return false;
    if (payload[at] == 0 && payload[at + 1] == 0) return true;
    at += 2;
    skip_length(token & 15);
  }
  return false;
}

struct Case {
  Bytes payload;
  uint32_t raw_bytes;
};

// The same answer as liblz4's, and never a word more than the raw bytes lie in.
void expect_agreement(const std::vector<Case>& cases, int& accepted) {
  std::vector<EngineJob> jobs;
  jobs.reserve(cases.size());
  for (const Case& one : cases) jobs.push_back({one.payload, one.raw_bytes});
  const std::vector<EngineOutput> outputs = launch_decompressor(jobs);
  for (size_t i = 0; i < cases.size(); ++i) {
    Bytes raw;
    const bool decodes =
        liblz4_decodes(cases[i].payload, cases[i].raw_bytes, raw) && !has_offset_zero(cases[i].payload);
    ASSERT_EQ(outputs[i].done, decodes)
        << i << ": " << cases[i].payload.size() << " bytes for " << cases[i].raw_bytes;
    ASSERT_LE(outputs[i].words.size(), (cases[i].raw_bytes + 63u) / 64 * 64);
    if (!decodes) continue;
    ++accepted;
    ASSERT_EQ(outputs[i].bytes, cases[i].raw_bytes);
    ASSERT_TRUE(outputs[i].output == raw) << i;
    ASSERT_TRUE(ends_in_zeros(outputs[i])) << i;
  }
}

Bytes spoiled(Bytes payload, std::mt19937_64& random) {
  for (uint64_t changes = 1 + random() % 3; changes > 0 && !payload.empty(); --changes) {
    const size_t at = random() % 3 == 0 ? payload.size() - 1 - random() % std::min<size_t>(payload.size(), 20)
                                        : random() % payload.size();
    switch (random() % 5) {
      case 0:
        payload[at] = static_cast<uint8_t>(random());
        break;
      case 1:
        payload[at] ^= static_cast<uint8_t>(1 << random() % 8);
        break;
      case 2:
        payload.resize(at);
        break;
      case 3:
        payload.insert(payload.begin() + std::ptrdiff_t(at),
                       static_cast<uint8_t>(random() % 2 == 0 ? 255 : random()));
        break;
      default:
        payload.erase(payload.begin() + std::ptrdiff_t(at));
    }
  }
  return payload;
}

// What both say of it.
bool decodes(const Bytes& payload, uint32_t raw_bytes) {
  const bool ours = launch_decompressor({{payload, raw_bytes}}).front().done;
  Bytes raw;
  if (!has_offset_zero(payload)) {
    EXPECT_EQ(ours, liblz4_decodes(payload, raw_bytes, raw));
  }
  return ours;
}

class Lz4DecompressTest : public testing::TestWithParam<Mode> {
 protected:
  bool fast() const { return GetParam() == Mode::kFast; }

  const uint64_t seed_ = process_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
  const hls_simulation::Scope scope_{GetParam(), std::chrono::seconds(20)};
};

TEST_P(Lz4DecompressTest, PayloadsOfLiblz4AreDecoded) {
  std::printf("%s\n", seed_text(seed_).c_str());
  int accepted = 0;
  for (int launch = 0; launch < (fast() ? 30 / kBuildSlowdown : 2); ++launch) {
    std::vector<Case> cases;
    for (int i = 0; i < (fast() ? 100 : 50); ++i) {
      const size_t limit = random_() % 4 != 0 ? 3000 : fast() ? 65537 : 9000;
      const Bytes raw = sample_extent(random_() % limit, random_);
      cases.push_back({liblz4_payload(raw), static_cast<uint32_t>(raw.size())});
    }
    ASSERT_NO_FATAL_FAILURE(expect_agreement(cases, accepted));
  }
  EXPECT_EQ(accepted, fast() ? 3000 / kBuildSlowdown : 100);
}

TEST_P(Lz4DecompressTest, LargePayloadsOfLiblz4AreDecoded) {
  for (int i = 0; i < (fast() ? 20 / kBuildSlowdown : 1); ++i) {
    const Bytes raw = sample_extent(fast() ? 2097152 - random_() % 10 : 200000, random_);
    const Bytes payload = liblz4_payload(raw);
    if (payload.size() > 2097152) continue;
    int accepted = 0;
    ASSERT_NO_FATAL_FAILURE(expect_agreement({{payload, static_cast<uint32_t>(raw.size())}}, accepted));
    EXPECT_EQ(accepted, 1);
  }
}

TEST_P(Lz4DecompressTest, SpoiledPayloadsAreJudgedAsLiblz4Does) {
  int accepted = 0;
  int judged = 0;
  for (int launch = 0; launch < (fast() ? 100 / kBuildSlowdown : 3); ++launch) {
    std::vector<Case> cases;
    for (int i = 0; i < 100; ++i) {
      const Bytes raw = sample_extent(random_() % (random_() % 2 == 0 ? 60 : 2000), random_);
      const int shift = random_() % 3 == 0 ? static_cast<int>(random_() % 9) - 4 : 0;
      const int raw_bytes = std::max(0, static_cast<int>(raw.size()) + shift);
      cases.push_back({spoiled(liblz4_payload(raw), random_), static_cast<uint32_t>(raw_bytes)});
      ++judged;
    }
    ASSERT_NO_FATAL_FAILURE(expect_agreement(cases, accepted));
  }
  EXPECT_GT(accepted, judged / 100) << "some must remain right";
  EXPECT_LT(accepted, judged * 9 / 10);
}

TEST_P(Lz4DecompressTest, BytesWithoutSenseAreJudgedAsLiblz4Does) {
  int accepted = 0;
  for (int launch = 0; launch < (fast() ? 200 / kBuildSlowdown : 3); ++launch) {
    std::vector<Case> cases;
    for (int i = 0; i < 100; ++i) {
      Bytes payload = noise(random_() % 24, random_);
      if (random_() % 2 == 0) {
        for (uint8_t& byte : payload) byte &= 0x13;
      }
      cases.push_back({payload, static_cast<uint32_t>(random_() % 40)});
    }
    ASSERT_NO_FATAL_FAILURE(expect_agreement(cases, accepted));
  }
}

TEST_P(Lz4DecompressTest, EveryKindOfWrongPayloadIsRefused) {
  const auto literals = [](size_t count) { return Bytes(count, 'x'); };
  const auto joined = [](std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  };
  // Eight literals, four bytes of them again, eight literals.
  const Bytes good = joined({{0x80}, literals(8), {8, 0}, {0x80}, literals(8)});
  EXPECT_TRUE(decodes(good, 20));
  EXPECT_TRUE(decodes({0x00}, 0));
  EXPECT_TRUE(decodes({0x10, 'x'}, 1));
  EXPECT_FALSE(decodes({}, 0)) << "no token";
  EXPECT_FALSE(decodes({0x01}, 0)) << "a match of nothing";
  EXPECT_FALSE(decodes({0x00, 0x00}, 0)) << "bytes behind the end";
  EXPECT_FALSE(decodes(good, 19)) << "more raw bytes than asked for";
  EXPECT_FALSE(decodes(good, 21)) << "fewer";
  EXPECT_FALSE(decodes(joined({{0x80}, literals(8), {9, 0}, {0x80}, literals(8)}), 20)) << "before the begin";
  EXPECT_FALSE(decodes(joined({{0x80}, literals(8), {0, 0}, {0x80}, literals(8)}), 20)) << "offset 0";
  EXPECT_FALSE(decodes(joined({{0x80}, literals(8), {8, 0}, {0x70}, literals(7)}), 19))
      << "a match that begins eleven bytes before the end";
  EXPECT_TRUE(decodes(joined({{0x83}, literals(8), {8, 0}, {0x50}, literals(5)}), 20));
  EXPECT_FALSE(decodes(joined({{0x84}, literals(8), {8, 0}, {0x40}, literals(4)}), 20))
      << "four last literals";
  EXPECT_FALSE(decodes(joined({{0x8f}, literals(8), {8, 0}, {0}, {0x40}, literals(4)}), 31))
      << "four last literals behind a long match";
  EXPECT_TRUE(decodes(joined({{0x8f}, literals(8), {8, 0}, {0}, {0x50}, literals(5)}), 32));
  EXPECT_FALSE(decodes(joined({{0x88}, literals(8), {8, 0}}), 20)) << "a match at the end";
  EXPECT_FALSE(decodes(joined({{0x80}, literals(7)}), 8)) << "literals cut off";
  EXPECT_FALSE(decodes({0xf0}, 15)) << "a length cut off";
  EXPECT_FALSE(decodes(Bytes(1000, 255), 300000)) << "a length without end";
  EXPECT_FALSE(decodes(joined({{0x8f}, literals(8), {8, 0}}), 40)) << "a match length cut off";
  EXPECT_FALSE(decodes(joined({{0x8f}, literals(8), {8, 0}, Bytes(200, 255), {0}, {0x50}, literals(5)}), 40))
      << "a match that is too long";
}

TEST_P(Lz4DecompressTest, OneJobDoesNotSpoilTheNext) {
  const Bytes raw = prose(3000, random_);
  const Bytes payload = liblz4_payload(raw);
  Bytes bad = payload;
  bad.resize(bad.size() / 2);
  std::vector<EngineJob> jobs;
  jobs.reserve(20);
  for (int i = 0; i < 20; ++i) jobs.push_back({i % 2 == 0 ? payload : bad, 3000});
  const std::vector<EngineOutput> outputs = launch_decompressor(jobs);
  for (size_t i = 0; i < outputs.size(); ++i) {
    EXPECT_EQ(outputs[i].done, i % 2 == 0);
    EXPECT_EQ(outputs[i].output == raw, i % 2 == 0);
  }
}

TEST_P(Lz4DecompressTest, NothingOfAnEarlierPayloadIsGiven) {
  // One engine: a secret that fills its history, then matches that reach behind the begin of their own bytes.
  const Bytes secret(fast() ? 200000 : 70000, 0xee);
  const Bytes secret_payload = liblz4_payload(secret);
  std::vector<Bytes> payloads;
  for (const uint32_t offset : {9u, 10u, 16u, 64u, 71u, 72u, 73u, 100u, 4096u, 65528u, 65534u, 65535u}) {
    Bytes payload = {0x8f,
                     'x',
                     'x',
                     'x',
                     'x',
                     'x',
                     'x',
                     'x',
                     'x',
                     static_cast<uint8_t>(offset),
                     static_cast<uint8_t>(offset >> 8),
                     255,
                     0,
                     0x80};
    payload.insert(payload.end(), 8, 'y');
    payloads.push_back(payload);
  }
  std::vector<EngineJob> jobs;
  for (const Bytes& payload : payloads) {
    jobs.push_back({secret_payload, static_cast<uint32_t>(secret.size())});
    jobs.push_back({payload, 8 + 19 + 255 + 8});
  }
  const std::vector<EngineOutput> outputs = launch_decompressor(jobs);
  for (size_t i = 0; i < outputs.size(); i += 2) {
    EXPECT_TRUE(outputs[i].output == secret);
    EXPECT_FALSE(outputs[i + 1].done) << i;
    EXPECT_EQ(std::ranges::count(outputs[i + 1].words, 0xee), 0) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, Lz4DecompressTest, testing::Values(Mode::kFast, Mode::kThreaded),
                         [](const auto& mode) { return mode.param == Mode::kFast ? "Fast" : "Threaded"; });

}  // namespace
}  // namespace penstock
