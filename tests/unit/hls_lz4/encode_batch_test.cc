// SPDX-License-Identifier: Apache-2.0
#include "hls/encode_batch/encode_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hls_stream.h>

#include <cstring>
#include <random>

#include "hls/datapath/cycles.h"
#include "hls/lz4_compress/lz4_encoding.h"
#include "unit/base/build_slowdown.h"
#include "unit/base/random_seed.h"
#include "unit/hls_lz4/extent_batch.h"
#include "unit/hls_lz4/lz4_launch.h"
#include "unit/hls_sha256/openssl_sha256.h"

namespace penstock {
namespace {

using hls_simulation::Mode;
using testing::ElementsAre;

Bytes extent_of(const ExtentBatch& batch, size_t i) {
  const auto begin = batch.input.begin() + std::ptrdiff_t(batch.submissions[i].input_offset);
  return Bytes(begin, begin + batch.submissions[i].input_bytes);
}

// Every completion is of its submission, every payload decodes to its extent, packed as the contract says,
// and every digest is OpenSSL's.
void expect_right(const ExtentBatch& batch, const ExtentAnswer& answer, bool digests) {
  uint64_t next_offset = 0;
  for (size_t i = 0; i < batch.submissions.size(); ++i) {
    const penstock_completion& completion = answer.completions[i];
    const penstock_submission& submission = batch.submissions[i];
    const Bytes extent = extent_of(batch, i);
    ASSERT_EQ(completion.cookie, submission.cookie);
    ASSERT_EQ(completion.generation, batch.header.generation);
    ASSERT_EQ(completion.chunks, digests ? submission.chunks : 0);
    ASSERT_TRUE(completion.status == PENSTOCK_DONE || completion.status == PENSTOCK_STORED);
    if (completion.status == PENSTOCK_DONE) {
      ASSERT_EQ(completion.output_offset, next_offset);
      next_offset = (next_offset + completion.output_bytes + 63) / 64 * 64;
      ASSERT_LE(completion.output_bytes, submission.output_bytes_max);
      ASSERT_LT(completion.output_bytes, submission.input_bytes);
      Bytes raw;
      ASSERT_TRUE(liblz4_decodes(answer.output(i), extent.size(), raw)) << i;
      ASSERT_TRUE(raw == extent) << i;
    } else {
      ASSERT_EQ(completion.output_bytes, 0u);
    }
    for (uint32_t chunk = 0; digests && chunk < submission.chunks; ++chunk) {
      const penstock_chunk& place = batch.chunks[submission.first_chunk + chunk];
      const auto digest = openssl_sha256(std::span(extent).subspan(place.offset, place.bytes));
      const size_t at = batch.header.digests_offset + 32 * (size_t{submission.first_chunk} + chunk);
      ASSERT_EQ(std::memcmp(answer.memory.data() + at, digest.data(), 32), 0) << i << ", chunk " << chunk;
    }
  }
}

class EncodeBatchTest : public testing::TestWithParam<Mode> {
 protected:
  bool fast() const { return GetParam() == Mode::kFast; }
  // Three extents that get smaller.
  ExtentBatch three(penstock_operation operation) {
    ExtentBatch batch(operation);
    for (int i = 0; i < 3; ++i) batch.add(prose(2000, random_), 2000, 700);
    batch.seal();
    return batch;
  }
  std::vector<uint32_t> statuses(const ExtentBatch& batch) { return launch_batch(batch).statuses(); }

  const uint64_t seed_ = process_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
  const hls_simulation::Scope scope_{GetParam(), std::chrono::seconds(20)};
};

TEST_P(EncodeBatchTest, EncodesAndDigestsBatchesOfAllKinds) {
  for (int round = 0; round < (fast() ? 2 + 10 / kBuildSlowdown : 3); ++round) {
    const bool digests = round % 2 == 0;
    ExtentBatch batch(digests ? PENSTOCK_DIGEST_ENCODE : PENSTOCK_ENCODE);
    const size_t submissions = 1 + random_() % (fast() ? 60 : 15);
    for (size_t i = 0; i < submissions; ++i) {
      const Bytes extent = sample_extent(random_() % (fast() ? 150000 : 4000), random_);
      const uint32_t allowed = random_() % 3 == 0 ? static_cast<uint32_t>(random_() % (extent.size() + 1))
                                                  : static_cast<uint32_t>(extent.size());
      // No extent has more chunks than there may be.
      const auto chunk_min = static_cast<uint32_t>(extent.size() / PENSTOCK_EXTENT_CHUNKS_MAX + 1);
      batch.add(extent, allowed,
                random_() % 3 == 0 ? 0 : chunk_min + static_cast<uint32_t>(random_() % 70000));
    }
    batch.seal();
    ASSERT_NO_FATAL_FAILURE(expect_right(batch, launch_batch(batch), digests));
  }
}

TEST_P(EncodeBatchTest, ABatchOfAsManySubmissionsAsThereMayBe) {
  ExtentBatch batch(PENSTOCK_DIGEST_ENCODE);
  for (uint32_t i = 0; i < PENSTOCK_SUBMISSIONS_MAX; ++i) {
    batch.add(sample_extent(random_() % 400, random_), 400, 100);
  }
  batch.seal();
  ASSERT_NO_FATAL_FAILURE(expect_right(batch, launch_batch(batch), true));
}

TEST_P(EncodeBatchTest, LargeExtentsOfManyChunks) {
  ExtentBatch batch(PENSTOCK_DIGEST_ENCODE);
  const size_t bytes = fast() ? 2097152 : 60000;
  for (int i = 0; i < 4; ++i)
    batch.add(sample_extent(bytes, random_), 2097152, static_cast<uint32_t>(bytes / 4000));
  // 4,096 chunks and no more: each of the four has 4,001.
  batch.seal();
  ASSERT_NO_FATAL_FAILURE(expect_right(batch, launch_batch(batch), true));
}

TEST_P(EncodeBatchTest, PayloadsLongerThanTheirChannelWaitForTheirTurn) {
  // A channel holds a mebibyte; the second and the third payload have more and wait for the first.
  ExtentBatch batch(PENSTOCK_DIGEST_ENCODE);
  for (int i = 0; i < 3; ++i) {
    Bytes extent = noise(1200000, random_);
    extent.resize(1210000);
    batch.add(extent, 1210000, 65536);
  }
  batch.seal();
  const ExtentAnswer answer = launch_batch(batch);
  EXPECT_THAT(answer.statuses(), ElementsAre(PENSTOCK_DONE, PENSTOCK_DONE, PENSTOCK_DONE));
  ASSERT_NO_FATAL_FAILURE(expect_right(batch, answer, true));
}

TEST_P(EncodeBatchTest, AnExtentThatDoesNotGetSmallerIsStoredWithItsDigests) {
  ExtentBatch batch(PENSTOCK_DIGEST_ENCODE);
  batch.add(noise(5000, random_), 10000, 1000);
  batch.add(prose(5000, random_), 10000, 1000);
  batch.add({}, 0, 0);
  batch.seal();
  const ExtentAnswer answer = launch_batch(batch);
  EXPECT_THAT(answer.statuses(), ElementsAre(PENSTOCK_STORED, PENSTOCK_DONE, PENSTOCK_STORED));
  EXPECT_EQ(answer.completions[1].output_offset, 0u) << "nothing is kept free for what is stored";
  ASSERT_NO_FATAL_FAILURE(expect_right(batch, answer, true));
}

TEST_P(EncodeBatchTest, APayloadThatPassesTheArenasEndIsStoredAndALaterOneThatFitsIsNot) {
  ExtentBatch batch(PENSTOCK_ENCODE);
  const Bytes small = periodic(3000, 3, random_);
  batch.add(prose(4000, random_), 4000);
  batch.add(prose(4000, random_), 4000);
  batch.add(small, 3000);
  batch.seal();
  const uint64_t first = launch_batch(batch).completions[0].output_bytes;
  for (const uint64_t more : {0, 64, 100, 127}) {
    batch.header.arena_bytes = (first + 63) / 64 * 64 + more;
    const bool fits = liblz4_payload(small).size() <= more / 64 * 64;
    EXPECT_THAT(statuses(batch),
                ElementsAre(PENSTOCK_DONE, PENSTOCK_STORED, fits ? PENSTOCK_DONE : PENSTOCK_STORED));
  }
  batch.header.arena_bytes = 63;
  EXPECT_THAT(statuses(batch), ElementsAre(PENSTOCK_STORED, PENSTOCK_STORED, PENSTOCK_STORED));
}

TEST_P(EncodeBatchTest, AHeaderThatIsNoneMakesAllMalformed) {
  const auto all = ElementsAre(PENSTOCK_MALFORMED, PENSTOCK_MALFORMED, PENSTOCK_MALFORMED);
  const auto with = [&](auto spoil) {
    ExtentBatch batch = three(PENSTOCK_DIGEST_ENCODE);
    spoil(batch.header);
    return statuses(batch);
  };
  EXPECT_THAT(with([](auto& header) { header.magic ^= 1; }), all);
  EXPECT_THAT(with([](auto& header) { header.abi_version = 2; }), all);
  EXPECT_THAT(with([](auto& header) { header.operation = PENSTOCK_DIGEST; }), all);
  EXPECT_THAT(with([](auto& header) { header.operation = 9; }), all);
  EXPECT_THAT(with([](auto& header) { header.chunks_offset += 8; }), all);
  EXPECT_THAT(with([](auto& header) { header.chunks_offset = 64; }), all) << "over the submissions";
  EXPECT_THAT(with([](auto& header) { header.digests_offset += 32; }), all);
  EXPECT_THAT(with([](auto& header) { header.digests_offset = 128; }), all) << "over the completions";
  EXPECT_THAT(with([](auto& header) { header.chunks = 3 * PENSTOCK_EXTENT_CHUNKS_MAX + 1; }), all);
}

TEST_P(EncodeBatchTest, ANumberOfSubmissionsOutOfRangeIsNotAnswered) {
  for (const uint32_t submissions : {0u, PENSTOCK_SUBMISSIONS_MAX + 1, ~0u}) {
    ExtentBatch batch = three(PENSTOCK_ENCODE);
    batch.header.submissions = submissions;
    const ExtentAnswer answer = launch_batch(batch);
    EXPECT_EQ(answer.memory, Bytes(answer.memory.size(), 0xa5));
  }
}

TEST_P(EncodeBatchTest, WhatTheCardLacksIsUnsupported) {
  const auto all = ElementsAre(PENSTOCK_UNSUPPORTED, PENSTOCK_UNSUPPORTED, PENSTOCK_UNSUPPORTED);
  ExtentBatch batch = three(PENSTOCK_DIGEST_ENCODE);
  batch.header.codec = PENSTOCK_CODEC_NONE;
  EXPECT_THAT(statuses(batch), all);
  batch.header.codec = 7;
  EXPECT_THAT(statuses(batch), all);
  batch.header.codec = PENSTOCK_CODEC_LZ4;
  batch.header.hash = PENSTOCK_HASH_NONE;
  EXPECT_THAT(statuses(batch), all) << "digests of no hash";
  batch.header.hash = 0x1e;
  EXPECT_THAT(statuses(batch), all);
  batch = three(PENSTOCK_ENCODE);
  batch.header.hash = 0x1e;
  EXPECT_THAT(statuses(batch), all);
}

TEST_P(EncodeBatchTest, ASubmissionThatContradictsIsMalformedAlone) {
  const auto second = ElementsAre(PENSTOCK_DONE, PENSTOCK_MALFORMED, PENSTOCK_DONE);
  const auto with = [&](auto spoil) {
    ExtentBatch batch = three(PENSTOCK_DIGEST_ENCODE);
    spoil(batch, batch.submissions[1]);
    return statuses(batch);
  };
  EXPECT_THAT(with([](auto&, auto& one) { one.input_offset += 1; }), second);
  EXPECT_THAT(with([](auto& batch, auto& one) { one.input_offset = 64 * (batch.input.size() / 64 + 1); }),
              second);
  EXPECT_THAT(with([](auto&, auto& one) { one.input_offset = ~uint64_t{63}; }), second);
  EXPECT_THAT(with([](auto&, auto& one) { one.input_bytes = 100000; }), second);
  EXPECT_THAT(with([](auto&, auto& one) { one.input_bytes = 0xffffffff; }), second);
  EXPECT_THAT(with([](auto&, auto& one) { one.first_chunk = 7; }), second);
  EXPECT_THAT(with([](auto&, auto& one) { one.first_chunk = 0xffffffff; }), second);
  EXPECT_THAT(with([](auto&, auto& one) { one.chunks = 0xffffffff; }), second);
  EXPECT_THAT(with([](auto& batch, auto&) { batch.chunks[4].offset = 600; }), second)
      << "chunks that overlap";
  EXPECT_THAT(with([](auto& batch, auto&) { batch.chunks[5].bytes = 601; }), second) << "behind the extent";
  EXPECT_THAT(with([](auto& batch, auto&) { batch.chunks[5].offset = 0xfffffff0; }), second);
}

TEST_P(EncodeBatchTest, LanesShareTheWork) {
  ExtentBatch one(PENSTOCK_ENCODE);
  ExtentBatch many(PENSTOCK_ENCODE);
  const Bytes extent = prose(fast() ? 100000 : 3000, random_);
  one.add(extent, 100000);
  for (int i = 0; i < 6; ++i) many.add(extent, 100000);
  one.seal();
  many.seal();
  const auto cycles = [](const ExtentBatch& batch) {
    fabric::CycleRecord record;
    const fabric::CycleScope scope(record);
    launch_batch(batch);
    return record.of("find_matches");
  };
  EXPECT_EQ(cycles(one), cycles(many));
  EXPECT_GE(cycles(one), 3 * extent.size() / fabric::kBeatBytes)
      << "a beat cannot begin before the one before it has chosen";
}

// Of launches that overlap, each with fewer extents than there are lanes, none waits for lanes of another one
// while others have nothing to do.
TEST_P(EncodeBatchTest, LaunchesBeginAtDifferentLanes) {
  ExtentBatch batch(PENSTOCK_ENCODE);
  for (int i = 0; i < 4; ++i) batch.add(prose(1000, random_), 1000);
  batch.seal();
  for (uint32_t generation = 76; generation < 83; ++generation) {
    batch.header.generation = generation;
    fabric::CycleRecord record;
    const fabric::CycleScope scope(record);
    ASSERT_NO_FATAL_FAILURE(expect_right(batch, launch_batch(batch), false));
    const auto cycles = record.cycles();
    for (unsigned lane = 0; lane < fabric::kEncodeEngines; ++lane) {
      const bool works =
          (lane + fabric::kEncodeEngines - generation % fabric::kEncodeEngines) % fabric::kEncodeEngines < 4;
      ASSERT_EQ(cycles.count({"split_words", lane}), works ? 1u : 0u) << generation << ", lane " << lane;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, EncodeBatchTest, testing::Values(Mode::kFast, Mode::kThreaded),
                         [](const auto& mode) { return mode.param == Mode::kFast ? "Fast" : "Threaded"; });

}  // namespace
}  // namespace penstock
