// SPDX-License-Identifier: Apache-2.0
// encode_batch and decode_batch at the limits of the contract (kernels/abi/abi.md), each with what lies just
// behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hls_stream.h>

#include <algorithm>
#include <random>

#include "unit/base/random_seed.h"
#include "unit/hls_lz4/extent_batch.h"
#include "unit/hls_lz4/lz4_launch.h"

namespace penstock {
namespace {

using hls_simulation::Mode;
using testing::Each;
using testing::ElementsAre;

class BatchLimitsTest : public testing::TestWithParam<Mode> {
 protected:
  bool fast() const { return GetParam() == Mode::kFast; }
  std::vector<uint32_t> statuses(const ExtentBatch& batch) { return launch_batch(batch).statuses(); }
  // Two extents that get smaller, or the payloads of two.
  ExtentBatch two(penstock_operation operation) {
    ExtentBatch batch(operation);
    for (int i = 0; i < 2; ++i) {
      const Bytes raw = prose(1000, random_);
      batch.add(operation == PENSTOCK_DECODE ? liblz4_payload(raw) : raw, 1000);
    }
    batch.seal();
    return batch;
  }

  const uint64_t seed_ = process_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
  const hls_simulation::Scope scope_{GetParam(), std::chrono::seconds(20)};
};

TEST_P(BatchLimitsTest, AnExtentOfTwoMebibytesIsTakenAndALongerOneIsNot) {
  ExtentBatch encode(PENSTOCK_ENCODE);
  encode.add(Bytes(PENSTOCK_EXTENT_BYTES_MAX), 20000);
  encode.add(Bytes(PENSTOCK_EXTENT_BYTES_MAX + 1), 20000);
  encode.seal();
  EXPECT_THAT(statuses(encode), ElementsAre(PENSTOCK_DONE, PENSTOCK_MALFORMED));
  ExtentBatch decode(PENSTOCK_DECODE);
  const Bytes payload = liblz4_payload(Bytes(PENSTOCK_EXTENT_BYTES_MAX));
  decode.add(payload, PENSTOCK_EXTENT_BYTES_MAX);
  decode.add(payload, PENSTOCK_EXTENT_BYTES_MAX + 1);
  // Two mebibytes of payload are read, whatever they are.
  decode.add(Bytes(PENSTOCK_EXTENT_BYTES_MAX, 255), 100);
  decode.add(Bytes(PENSTOCK_EXTENT_BYTES_MAX + 1, 255), 100);
  decode.seal();
  EXPECT_THAT(statuses(decode),
              ElementsAre(PENSTOCK_DONE, PENSTOCK_MALFORMED, PENSTOCK_CORRUPT, PENSTOCK_MALFORMED));
}

TEST_P(BatchLimitsTest, AsManyChunksAsThereMayBeAreTakenAndOneMoreIsNot) {
  ExtentBatch batch(PENSTOCK_DIGEST_ENCODE);
  for (int i = 0; i < 2; ++i) {
    batch.add(prose(PENSTOCK_EXTENT_CHUNKS_MAX, random_), PENSTOCK_EXTENT_CHUNKS_MAX, 1);
  }
  batch.seal();
  ASSERT_EQ(batch.header.chunks, 2 * PENSTOCK_EXTENT_CHUNKS_MAX);
  EXPECT_THAT(statuses(batch), Each(PENSTOCK_DONE));
  ExtentBatch too_many = batch;
  // Of the list all that is asked for is there, sound and in order.
  too_many.chunks[PENSTOCK_EXTENT_CHUNKS_MAX - 1] = {0, 0};
  too_many.submissions[0].chunks = 1;
  too_many.submissions[1].first_chunk = PENSTOCK_EXTENT_CHUNKS_MAX - 1;
  too_many.submissions[1].chunks = PENSTOCK_EXTENT_CHUNKS_MAX + 1;
  EXPECT_THAT(statuses(too_many), ElementsAre(PENSTOCK_DONE, PENSTOCK_MALFORMED));
  too_many = batch;
  ++too_many.header.chunks;
  EXPECT_THAT(statuses(too_many), Each(PENSTOCK_MALFORMED));
}

TEST_P(BatchLimitsTest, SectionsWithNothingInThemNeedOnlyBeAligned) {
  for (const penstock_operation operation : {PENSTOCK_ENCODE, PENSTOCK_DIGEST_ENCODE, PENSTOCK_DECODE}) {
    ExtentBatch batch = two(operation);
    for (const uint32_t offset : {0u, 64u, 0xffffffc0u}) {
      batch.header.chunks_offset = batch.header.digests_offset = offset;
      EXPECT_THAT(statuses(batch), Each(PENSTOCK_DONE)) << operation << " at " << offset;
    }
    batch.header.chunks_offset = 32;
    EXPECT_THAT(statuses(batch), Each(PENSTOCK_MALFORMED)) << operation;
    batch.header.chunks_offset = 0;
    batch.header.digests_offset = 0xffffffe0u;
    EXPECT_THAT(statuses(batch), Each(PENSTOCK_MALFORMED)) << operation;
  }
}

TEST_P(BatchLimitsTest, AnExtentThatWrapsAroundIsMalformedInTheLongestInputToo) {
  for (const penstock_operation operation : {PENSTOCK_ENCODE, PENSTOCK_DIGEST_ENCODE, PENSTOCK_DECODE}) {
    ExtentBatch batch = two(operation);
    batch.header.input_bytes = ~uint64_t{0};
    batch.submissions[1].input_offset = ~uint64_t{63};
    batch.submissions[1].input_bytes = 64;
    EXPECT_THAT(statuses(batch), ElementsAre(PENSTOCK_DONE, PENSTOCK_MALFORMED)) << operation;
    batch.submissions[1].input_bytes = PENSTOCK_EXTENT_BYTES_MAX;
    EXPECT_THAT(statuses(batch), ElementsAre(PENSTOCK_DONE, PENSTOCK_MALFORMED)) << operation;
  }
}

TEST_P(BatchLimitsTest, AnInputThatEndsInsideAWordIsReadToThatWordsEnd) {
  // What lies behind an extent changes nothing of its answer, not even one byte of its payload.
  ExtentBatch batch(PENSTOCK_DIGEST_ENCODE);
  for (const size_t bytes : {1001, 1023, 999, 130}) batch.add(periodic(bytes, 33, random_), 2000, 300);
  batch.seal();
  ASSERT_NE(batch.header.input_bytes % 64, 0u);
  const ExtentAnswer clean = launch_batch(batch);
  batch.input.resize((batch.input.size() + 63) / 64 * 64);
  for (const penstock_submission& submission : batch.submissions) {
    const size_t end = submission.input_offset + submission.input_bytes;
    // The bytes that would come next.
    for (size_t at = end; at % 64 != 0; ++at) batch.input[at] = batch.input[at - 33];
  }
  const ExtentAnswer followed = launch_batch(batch);
  EXPECT_THAT(followed.statuses(), Each(PENSTOCK_DONE));
  EXPECT_TRUE(followed.memory == clean.memory);
  EXPECT_TRUE(followed.arena == clean.arena);
}

TEST_P(BatchLimitsTest, NoRoomForOutputIsAnswered) {
  ExtentBatch encode = two(PENSTOCK_ENCODE);
  encode.submissions[0].output_bytes_max = 0;
  encode.submissions[1].output_bytes_max = 0xffffffff;
  EXPECT_THAT(statuses(encode), ElementsAre(PENSTOCK_STORED, PENSTOCK_DONE));
  encode.header.arena_bytes = 0;
  EXPECT_THAT(statuses(encode), Each(PENSTOCK_STORED));
  ExtentBatch decode = two(PENSTOCK_DECODE);
  decode.add({0}, 0);
  decode.seal();
  EXPECT_THAT(statuses(decode), Each(PENSTOCK_DONE));
  decode.submissions[0].output_bytes_max = 0;
  EXPECT_THAT(statuses(decode), ElementsAre(PENSTOCK_CORRUPT, PENSTOCK_DONE, PENSTOCK_DONE));
  decode.header.arena_bytes = 0;
  EXPECT_THAT(statuses(decode), ElementsAre(PENSTOCK_CORRUPT, PENSTOCK_FAILED, PENSTOCK_DONE))
      << "no bytes fit into no room";
}

TEST_P(BatchLimitsTest, PayloadsOfANumberOfSubmissionsOutOfRangeAreNotAnswered) {
  for (const uint32_t submissions : {0u, PENSTOCK_SUBMISSIONS_MAX + 1, ~0u}) {
    ExtentBatch batch = two(PENSTOCK_DECODE);
    batch.header.submissions = submissions;
    EXPECT_THAT(launch_batch(batch).memory, Each(0xa5));
  }
}

TEST_P(BatchLimitsTest, AKernelDoesNotDoAnothersOperation) {
  ExtentBatch batch = two(PENSTOCK_DECODE);
  for (const uint16_t operation : std::initializer_list<uint16_t>{0, 1, 4, 5, 0xffff}) {
    batch.header.operation = operation;
    EXPECT_THAT(launch_encode(batch).statuses(), Each(PENSTOCK_MALFORMED)) << operation;
  }
  for (const uint16_t operation : std::initializer_list<uint16_t>{0, 1, 2, 3, 5, 0xffff}) {
    batch.header.operation = operation;
    EXPECT_THAT(launch_decode(batch).statuses(), Each(PENSTOCK_MALFORMED)) << operation;
  }
}

TEST_P(BatchLimitsTest, SubmissionsMayNameTheListInAnyOrder) {
  // Two digests share a word of the answer, whoever they belong to.
  ExtentBatch batch(PENSTOCK_DIGEST_ENCODE);
  for (int i = 0; i < 9; ++i) batch.add(prose(700, random_), 700, 100 + 100 * (i % 3));
  batch.seal();
  const ExtentAnswer in_order = launch_batch(batch);
  std::shuffle(batch.submissions.begin(), batch.submissions.end(), random_);
  const ExtentAnswer shuffled = launch_batch(batch);
  const auto digests = std::ptrdiff_t(batch.header.digests_offset);
  EXPECT_TRUE(std::equal(in_order.memory.begin() + digests, in_order.memory.end(),
                         shuffled.memory.begin() + digests, shuffled.memory.end()));
}

INSTANTIATE_TEST_SUITE_P(Modes, BatchLimitsTest, testing::Values(Mode::kFast, Mode::kThreaded),
                         [](const auto& mode) { return mode.param == Mode::kFast ? "Fast" : "Threaded"; });

}  // namespace
}  // namespace penstock
