// SPDX-License-Identifier: Apache-2.0
#include "hls/decode_batch/decode_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hls_stream.h>

#include <random>

#include "unit/base/build_slowdown.h"
#include "unit/base/random_seed.h"
#include "unit/hls_lz4/extent_batch.h"
#include "unit/hls_lz4/lz4_launch.h"

namespace penstock {
namespace {

using hls_simulation::Mode;
using testing::ElementsAre;

class DecodeBatchTest : public testing::TestWithParam<Mode> {
 protected:
  bool fast() const { return GetParam() == Mode::kFast; }
  void add(ExtentBatch& batch, const Bytes& raw) {
    batch.add(liblz4_payload(raw), static_cast<uint32_t>(raw.size()));
    raw_.push_back(raw);
  }
  ExtentBatch three() {
    raw_.clear();
    ExtentBatch batch(PENSTOCK_DECODE);
    for (int i = 0; i < 3; ++i) add(batch, prose(1000, random_));
    batch.seal();
    return batch;
  }
  std::vector<uint32_t> statuses(const ExtentBatch& batch) { return launch_batch(batch).statuses(); }

  const uint64_t seed_ = process_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
  std::vector<Bytes> raw_;  // of the submissions
  const hls_simulation::Scope scope_{GetParam(), std::chrono::seconds(20)};
};

TEST_P(DecodeBatchTest, DecodesBatchesWithCorruptPayloadsAmongThem) {
  for (int round = 0; round < (fast() ? 2 + 10 / kBuildSlowdown : 3); ++round) {
    ExtentBatch batch(PENSTOCK_DECODE);
    raw_.clear();
    const size_t submissions = 1 + random_() % (fast() ? 60 : 15);
    for (size_t i = 0; i < submissions; ++i)
      add(batch, sample_extent(random_() % (fast() ? 150000 : 4000), random_));
    std::vector<bool> corrupt(submissions);
    for (size_t i = 0; i < submissions; ++i) {
      corrupt[i] = random_() % 4 == 0;
      if (corrupt[i]) --batch.submissions[i].input_bytes;
    }
    batch.seal();
    const ExtentAnswer answer = launch_batch(batch);
    uint64_t next_offset = 0;
    for (size_t i = 0; i < submissions; ++i) {
      const penstock_completion& completion = answer.completions[i];
      ASSERT_EQ(completion.cookie, batch.submissions[i].cookie);
      ASSERT_EQ(completion.generation, batch.header.generation);
      ASSERT_EQ(completion.status, corrupt[i] ? PENSTOCK_CORRUPT : PENSTOCK_DONE) << i;
      ASSERT_EQ(completion.output_bytes, corrupt[i] ? 0 : raw_[i].size());
      if (corrupt[i]) continue;
      ASSERT_EQ(completion.output_offset, next_offset);
      next_offset = (next_offset + completion.output_bytes + 63) / 64 * 64;
      ASSERT_TRUE(answer.output(i) == raw_[i]) << i;
    }
  }
}

TEST_P(DecodeBatchTest, LargeFramesAreDecoded) {
  ExtentBatch batch(PENSTOCK_DECODE);
  for (int i = 0; i < 10; ++i) add(batch, prose(fast() ? 2097152 / kBuildSlowdown : 40000, random_));
  batch.seal();
  const ExtentAnswer answer = launch_batch(batch);
  for (size_t i = 0; i < raw_.size(); ++i) {
    ASSERT_EQ(answer.completions[i].status, PENSTOCK_DONE);
    ASSERT_TRUE(answer.output(i) == raw_[i]);
  }
}

// Each has more raw bytes than their channel holds, and more payload than a reader asks for ahead: what the
// lanes wait for must not stand in front of what the lane gets whose turn it is.
TEST_P(DecodeBatchTest, LanesThatWaitForTheirTurnLeaveTheInputToTheOthers) {
  ExtentBatch batch(PENSTOCK_DECODE);
  for (int i = 0; i < 3; ++i) {
    Bytes raw = periodic(560000, 3, random_);
    const Bytes rest = noise(260000, random_);
    raw.insert(raw.end(), rest.begin(), rest.end());
    add(batch, raw);
  }
  batch.seal();
  const ExtentAnswer answer = launch_batch(batch);
  for (size_t i = 0; i < raw_.size(); ++i) {
    ASSERT_EQ(answer.completions[i].status, PENSTOCK_DONE);
    ASSERT_TRUE(answer.output(i) == raw_[i]);
  }
}

TEST_P(DecodeBatchTest, RawBytesThatPassTheArenasEndFail) {
  ExtentBatch batch = three();
  batch.header.arena_bytes = 1024 + 1000;
  EXPECT_THAT(statuses(batch), ElementsAre(PENSTOCK_DONE, PENSTOCK_FAILED, PENSTOCK_FAILED))
      << "a word that reaches behind the end is not written";
}

TEST_P(DecodeBatchTest, AHeaderThatIsNoneMakesAllMalformedOrUnsupported) {
  const auto malformed = ElementsAre(PENSTOCK_MALFORMED, PENSTOCK_MALFORMED, PENSTOCK_MALFORMED);
  const auto unsupported = ElementsAre(PENSTOCK_UNSUPPORTED, PENSTOCK_UNSUPPORTED, PENSTOCK_UNSUPPORTED);
  const auto with = [&](auto spoil) {
    ExtentBatch batch = three();
    spoil(batch.header);
    return statuses(batch);
  };
  EXPECT_THAT(with([](auto& header) { header.magic = 0; }), malformed);
  EXPECT_THAT(with([](auto& header) { header.abi_version = 0; }), malformed);
  EXPECT_THAT(with([](auto& header) { header.chunks_offset += 4; }), malformed);
  EXPECT_THAT(with([](auto& header) { header.codec = PENSTOCK_CODEC_NONE; }), unsupported);
  EXPECT_THAT(with([](auto& header) { header.codec = 2; }), unsupported);
  EXPECT_THAT(with([](auto& header) { header.hash = 1; }), unsupported);
}

TEST_P(DecodeBatchTest, ASubmissionThatContradictsIsMalformedAlone) {
  const auto second = ElementsAre(PENSTOCK_DONE, PENSTOCK_MALFORMED, PENSTOCK_DONE);
  const auto with = [&](auto spoil) {
    ExtentBatch batch = three();
    spoil(batch.submissions[1]);
    return statuses(batch);
  };
  EXPECT_THAT(with([](auto& one) { one.input_offset += 32; }), second);
  EXPECT_THAT(with([](auto& one) { one.input_bytes = 50000; }), second);
  EXPECT_THAT(with([](auto& one) { one.output_bytes_max = PENSTOCK_EXTENT_BYTES_MAX + 1; }), second);
  EXPECT_THAT(with([](auto& one) { one.chunks = 1; }), second);
}

INSTANTIATE_TEST_SUITE_P(Modes, DecodeBatchTest, testing::Values(Mode::kFast, Mode::kThreaded),
                         [](const auto& mode) { return mode.param == Mode::kFast ? "Fast" : "Threaded"; });

}  // namespace
}  // namespace penstock
