// SPDX-License-Identifier: Apache-2.0
// Requests with spoiled fields and payloads, on memory that ends where the contract says.
#include <gtest/gtest.h>
#include <hls_stream.h>

#include <cstdio>
#include <cstring>
#include <random>

#include "hls/decode_batch/decode_batch.h"
#include "hls/encode_batch/encode_batch.h"
#include "unit/base/build_slowdown.h"
#include "unit/base/random_seed.h"
#include "unit/hls_lz4/extent_oracle.h"
#include "unit/hls_lz4/lz4_launch.h"
#include "unit/hls_sha256/batch_request.h"
#include "unit/hls_sha256/guarded_words.h"

namespace penstock {
namespace {

using hls_simulation::Mode;

// More than this test gives to a card.
constexpr uint64_t kMemoryMax = uint64_t{1} << 24;

penstock_request_header header_of(std::span<const uint8_t> request) {
  penstock_request_header header;
  std::memcpy(&header, request.data(), sizeof header);
  return header;
}

GuardedWords card_memory(uint64_t bytes) {
  return GuardedWords((bytes + 63) / 64);
}

void fill(GuardedWords& memory, std::span<const uint8_t> bytes) {
  const size_t count = std::min(bytes.size(), memory.bytes().size());
  if (count != 0) std::memcpy(memory.bytes().data(), bytes.data(), count);
}

// All that the answer speaks of is as expected, byte by byte.
void expect_answered(std::span<const uint8_t> request, std::span<const uint8_t> input, bool decode,
                     const ExpectedExtents& expected) {
  const penstock_request_header header = header_of(request);
  GuardedWords card_request = card_memory(expected.request_bytes);
  GuardedWords card_input = card_memory(header.input_bytes);
  GuardedWords card_answer = card_memory(expected.answer_bytes);
  GuardedWords card_arena(header.arena_bytes / 64);
  fill(card_request, request);
  fill(card_input, input);
  (decode ? decode_batch : encode_batch)(card_request.words(), card_input.words(), card_answer.words(),
                                         card_arena.words());
  for (size_t i = 0; i < expected.completions.size(); ++i) {
    penstock_completion completion;
    std::memcpy(&completion, card_answer.bytes().data() + 64 * i, sizeof completion);
    ASSERT_EQ(completion.status, expected.completions[i].status) << "submission " << i;
    ASSERT_EQ(std::memcmp(&completion, &expected.completions[i], sizeof completion), 0) << "submission " << i;
    const Bytes& output = expected.outputs[i];
    const auto given = card_arena.bytes().subspan(completion.output_offset, completion.output_bytes);
    ASSERT_TRUE(std::equal(given.begin(), given.end(), output.begin(), output.end())) << "submission " << i;
  }
  for (const auto& [place, digest] : expected.digests) {
    const auto at = card_answer.bytes().subspan(expected.digests_offset + 32 * place, 32);
    ASSERT_EQ(std::memcmp(at.data(), digest.data(), 32), 0) << "digest " << place;
  }
}

class SpoiledBatchTest : public testing::TestWithParam<Mode> {
 protected:
  bool fast() const { return GetParam() == Mode::kFast; }

  uint32_t any_limit(uint32_t bytes) {
    const uint32_t limits[] = {bytes, bytes, bytes, bytes / 2, 0, 0xffffffff};
    return limits[random_() % std::size(limits)];
  }
  // Sound, of a few small extents with chunks that may be empty and have gaps between them.
  BatchRequest encode_batch_of(size_t submissions) {
    BatchRequest batch = random_batch(submissions, 1500, 300, random_);
    for (penstock_submission& submission : batch.submissions) {
      const Bytes extent = sample_extent(submission.input_bytes, random_);
      std::copy(extent.begin(), extent.end(), batch.input.begin() + std::ptrdiff_t(submission.input_offset));
      submission.output_bytes_max = any_limit(submission.input_bytes);
      batch.header.arena_bytes += 64 * (uint64_t{submission.input_bytes} / 64 + 1);
    }
    batch.header.operation = random_() % 2 == 0 ? PENSTOCK_DIGEST_ENCODE : PENSTOCK_ENCODE;
    batch.header.codec = PENSTOCK_CODEC_LZ4;
    return batch;
  }
  BatchRequest decode_batch_of(size_t submissions) {
    BatchRequest batch;
    batch.header.generation = static_cast<uint32_t>(random_());
    for (size_t i = 0; i < submissions; ++i) {
      const Bytes raw = sample_extent(random_() % 1500, random_);
      Bytes payload = liblz4_payload(raw);
      if (random_() % 3 == 0) payload[random_() % payload.size()] ^= static_cast<uint8_t>(random_());
      penstock_submission submission = {};
      submission.cookie = random_();
      submission.input_offset = (batch.input.size() + 63) / 64 * 64;
      submission.input_bytes = static_cast<uint32_t>(payload.size());
      submission.output_bytes_max = static_cast<uint32_t>(raw.size());
      batch.input.resize(submission.input_offset);
      batch.input.insert(batch.input.end(), payload.begin(), payload.end());
      batch.header.arena_bytes += (raw.size() + 63) / 64 * 64;
      batch.submissions.push_back(submission);
    }
    batch.seal(static_cast<uint32_t>(random_() % 3));
    batch.header.operation = PENSTOCK_DECODE;
    batch.header.codec = PENSTOCK_CODEC_LZ4;
    return batch;
  }
  // Replaces a field of 32 bits by one that is off by one, large, or anything.
  void spoil(Bytes& request) {
    const size_t within = random_() % 2 == 0 ? std::min<size_t>(request.size(), 192) : request.size();
    const size_t at = random_() % (within / 4) * 4;
    uint32_t field;
    std::memcpy(&field, request.data() + at, 4);
    const uint32_t values[] = {
        field + 1,  field - 1,  field + 64,          0,         PENSTOCK_EXTENT_BYTES_MAX + 1,
        0xffffffff, 0xffffffc0, uint32_t(random_()), field * 2, field ^ 0x100};
    field = values[random_() % std::size(values)];
    std::memcpy(request.data() + at, &field, 4);
  }
  void expect_spoiled_answered(bool decode) {
    std::printf("%s\n", seed_text(seed_).c_str());  // a fault of memory leaves no time to say it
    std::fflush(stdout);
    const int threaded_rounds = kBuildSlowdown == 1 ? 60 : 20;
    const int rounds = fast() ? 1500 / kBuildSlowdown : threaded_rounds;
    int launches = 0;
    for (int i = 0; i < rounds; ++i) {
      SCOPED_TRACE("round " + std::to_string(i));
      const size_t submissions = 1 + random_() % 5;
      const BatchRequest batch = decode ? decode_batch_of(submissions) : encode_batch_of(submissions);
      Bytes request = batch.bytes();
      for (uint64_t changes = random_() % 4; changes > 0; --changes) spoil(request);
      const penstock_request_header header = header_of(request);
      // What the host says is there has to be.
      if (header.input_bytes > kMemoryMax || header.arena_bytes > kMemoryMax) continue;
      const ExpectedExtents expected = expected_extents(request, batch.input, decode);
      if (expected.request_bytes > kMemoryMax || expected.answer_bytes > kMemoryMax) continue;
      ASSERT_NO_FATAL_FAILURE(expect_answered(request, batch.input, decode, expected));
      ++launches;
    }
    EXPECT_GT(launches, rounds / 4);
  }

  const uint64_t seed_ = process_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
  const hls_simulation::Scope scope_{GetParam(), std::chrono::seconds(20)};
};

TEST_P(SpoiledBatchTest, EncodeReadsAndWritesNothingOutOfRangeAndAnswersTheOthers) {
  expect_spoiled_answered(false);
}

TEST_P(SpoiledBatchTest, DecodeReadsAndWritesNothingOutOfRangeAndAnswersTheOthers) {
  expect_spoiled_answered(true);
}

INSTANTIATE_TEST_SUITE_P(Modes, SpoiledBatchTest, testing::Values(Mode::kFast, Mode::kThreaded),
                         [](const auto& mode) { return mode.param == Mode::kFast ? "Fast" : "Threaded"; });

}  // namespace
}  // namespace penstock
