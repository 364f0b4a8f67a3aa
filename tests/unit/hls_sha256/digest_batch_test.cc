// SPDX-License-Identifier: Apache-2.0
#include "hls/digest_batch/digest_batch.h"

#include <gtest/gtest.h>
#include <hls_stream.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "unit/base/random_seed.h"
#include "unit/hls_sha256/batch_request.h"
#include "unit/hls_sha256/guarded_words.h"

namespace penstock {
namespace {

using hls_simulation::Mode;

constexpr uint8_t kUntouched = 0xa5;

// Launches the kernel on memory that ends where the contract says, and compares all that the answer speaks
// of.
void expect_answer(std::span<const uint8_t> request, std::span<const uint8_t> input) {
  const ExpectedAnswer expected = expected_answer(request, input, true);
  GuardedWords card_request((std::max(expected.request_bytes, size_t{64}) + 63) / 64);
  const size_t given = std::min(request.size(), card_request.bytes().size());
  std::memcpy(card_request.bytes().data(), request.data(), given);
  const auto header = reinterpret_cast<const penstock_request_header*>(request.data());
  GuardedWords card_input((header->input_bytes + 63) / 64);
  if (!input.empty()) {
    std::memcpy(card_input.bytes().data(), input.data(), std::min(input.size(), card_input.bytes().size()));
  }
  GuardedWords card_answer(expected.answer_bytes / 64);
  std::memset(card_answer.bytes().data(), kUntouched, card_answer.bytes().size());
  digest_batch(card_request.words(), card_input.words(), card_answer.words());

  for (size_t i = 0; i < expected.completions.size(); ++i) {
    penstock_completion completion;
    std::memcpy(&completion, card_answer.bytes().data() + 64 * i, sizeof completion);
    ASSERT_EQ(completion.status, expected.completions[i].status) << "submission " << i;
    ASSERT_EQ(std::memcmp(&completion, &expected.completions[i], sizeof completion), 0) << "submission " << i;
  }
  for (const auto& [place, digest] : expected.digests) {
    const auto at = card_answer.bytes().subspan(expected.digests_offset + 32 * place, 32);
    ASSERT_EQ(std::memcmp(at.data(), digest.data(), 32), 0) << "digest " << place;
  }
}

void expect_answer(const BatchRequest& batch) {
  expect_answer(batch.bytes(), batch.input);
}

// The statuses that the contract gives, in words, so that a test says what it expects.
std::vector<uint32_t> statuses(const BatchRequest& batch) {
  std::vector<uint32_t> statuses;
  const std::vector<uint8_t> bytes = batch.bytes();
  for (const auto& completion : expected_answer(bytes, batch.input, false).completions) {
    statuses.push_back(completion.status);
  }
  return statuses;
}

class DigestBatchTest : public testing::TestWithParam<Mode> {
 protected:
  bool fast() const { return GetParam() == Mode::kFast; }

  const uint64_t seed_ = process_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
  const hls_simulation::Scope scope_{GetParam(), std::chrono::seconds(20)};
};

TEST_P(DigestBatchTest, RandomBatchesHaveTheDigestsThatOpensslHas) {
  for (int i = 0; i < (fast() ? 12 : 4); ++i) {
    const size_t submissions = 1 + random_() % (fast() ? 64 : 8);
    const uint32_t extent = fast() ? 600000 : 8000;
    const uint32_t chunk = i % 2 == 0 ? (fast() ? 262144 : 4000) : 1500;
    expect_answer(random_batch(submissions, extent, chunk, random_));
  }
}

TEST_P(DigestBatchTest, AFullBatchOfSmallSubmissionsIsAnswered) {
  expect_answer(random_batch(PENSTOCK_SUBMISSIONS_MAX, 300, 90, random_));
}

TEST_P(DigestBatchTest, ChunksOfNoBytesHaveTheDigestOfTheEmptyString) {
  BatchRequest batch = random_batch(1, 0, 0, random_);
  batch.chunks.assign(5, penstock_chunk{});
  batch.submissions[0].chunks = 5;
  batch.submissions[0].first_chunk = 0;
  batch.seal(0);
  expect_answer(batch);
}

TEST_P(DigestBatchTest, ASubmissionWithoutChunksIsDone) {
  BatchRequest batch = random_batch(3, 1000, 100, random_);
  batch.submissions[1].chunks = 0;
  EXPECT_EQ(statuses(batch), (std::vector<uint32_t>(3, PENSTOCK_DONE)));
  expect_answer(batch);
}

// Not even a word of it: the list that this header claims does not stand in the request.
TEST_P(DigestBatchTest, NoListIsReadForASubmissionWithoutChunks) {
  BatchRequest batch = random_batch(2, 1000, 100, random_);
  batch.chunks.clear();
  batch.seal(0);
  batch.header.chunks = 9;
  for (penstock_submission& submission : batch.submissions) {
    submission.chunks = 0;
    submission.first_chunk = 9;
  }
  EXPECT_EQ(expected_answer(batch.bytes(), batch.input, false).request_bytes, 3u * 64);
  expect_answer(batch);
}

// Digests stand in the order of the list, whoever owns which part of it: halves of words come together.
TEST_P(DigestBatchTest, SubmissionsMayNameTheListInAnyOrder) {
  BatchRequest batch = random_batch(9, 2000, 150, random_);
  std::shuffle(batch.submissions.begin(), batch.submissions.end(), random_);
  expect_answer(batch);
}

// Each kind of fault that concerns one submission, in a batch whose others are answered as if it were not
// there.
TEST_P(DigestBatchTest, AFaultOfOneSubmissionIsItsOwn) {
  using Spoil = void (*)(BatchRequest&, penstock_submission&);
  const std::pair<const char*, Spoil> faults[] = {
      {"begins inside a word", [](BatchRequest&, penstock_submission& s) { s.input_offset += 8; }},
      {"leaves the input",
       [](BatchRequest& b, penstock_submission& s) { s.input_offset = b.header.input_bytes / 64 * 64 + 64; }},
      {"ends behind the input",
       [](BatchRequest& b, penstock_submission& s) {
         s.input_bytes = uint32_t(b.header.input_bytes - s.input_offset + 1);
       }},
      {"wraps around", [](BatchRequest&, penstock_submission& s) { s.input_offset = 0xffffffffffffffc0; }},
      {"passes 2 MiB",
       [](BatchRequest&, penstock_submission& s) { s.input_bytes = PENSTOCK_EXTENT_BYTES_MAX + 1; }},
      {"has too many chunks",
       [](BatchRequest&, penstock_submission& s) { s.chunks = PENSTOCK_EXTENT_CHUNKS_MAX + 1; }},
      {"leaves the list", [](BatchRequest& b, penstock_submission& s) { s.first_chunk = b.header.chunks; }},
      {"wraps around the list", [](BatchRequest&, penstock_submission& s) { s.first_chunk = 0xffffffff; }},
      {"has a chunk behind the extent", [](BatchRequest&, penstock_submission& s) { s.input_bytes -= 1; }},
      {"has a chunk that wraps around",
       [](BatchRequest& b, penstock_submission& s) { b.chunks[s.first_chunk].bytes = 0xffffffff; }},
      {"has chunks that overlap",
       [](BatchRequest& b, penstock_submission& s) { b.chunks[s.first_chunk + 1].offset -= 1; }},
      {"has chunks out of order",
       [](BatchRequest& b, penstock_submission& s) {
         std::swap(b.chunks[s.first_chunk], b.chunks[s.first_chunk + 1]);
       }},
  };
  for (const auto& [name, spoil] : faults) {
    SCOPED_TRACE(name);
    BatchRequest batch;
    for (uint32_t i = 0; i < 3; ++i) {
      penstock_submission submission = {};
      submission.cookie = random_();
      submission.input_offset = 1024 * i;
      submission.input_bytes = 900;
      submission.first_chunk = 2 * i;
      submission.chunks = 2;
      batch.submissions.push_back(submission);
      batch.chunks.push_back({7, 500});
      batch.chunks.push_back({507, 393});
    }
    batch.input.resize(3 * 1024);
    for (uint8_t& byte : batch.input) byte = static_cast<uint8_t>(random_());
    batch.seal(0);
    EXPECT_EQ(statuses(batch), (std::vector<uint32_t>{PENSTOCK_DONE, PENSTOCK_DONE, PENSTOCK_DONE}));
    spoil(batch, batch.submissions[1]);
    EXPECT_EQ(statuses(batch), (std::vector<uint32_t>{PENSTOCK_DONE, PENSTOCK_MALFORMED, PENSTOCK_DONE}));
    expect_answer(batch);
  }
}

TEST_P(DigestBatchTest, AFaultOfTheHeaderIsEverybodys) {
  using Spoil = void (*)(penstock_request_header&);
  const std::tuple<const char*, uint32_t, Spoil> faults[] = {
      {"magic", PENSTOCK_MALFORMED, [](penstock_request_header& h) { ++h.magic; }},
      {"version", PENSTOCK_MALFORMED, [](penstock_request_header& h) { ++h.abi_version; }},
      {"another kernel's operation", PENSTOCK_MALFORMED,
       [](penstock_request_header& h) { h.operation = PENSTOCK_ENCODE; }},
      {"no operation", PENSTOCK_MALFORMED, [](penstock_request_header& h) { h.operation = 99; }},
      {"list inside the submissions", PENSTOCK_MALFORMED,
       [](penstock_request_header& h) { h.chunks_offset = 64; }},
      {"list not at a word", PENSTOCK_MALFORMED, [](penstock_request_header& h) { h.chunks_offset += 8; }},
      {"digests inside the completions", PENSTOCK_MALFORMED,
       [](penstock_request_header& h) { h.digests_offset = 64; }},
      {"digests not at a word", PENSTOCK_MALFORMED,
       [](penstock_request_header& h) { h.digests_offset += 32; }},
      {"more chunks than may be", PENSTOCK_MALFORMED,
       [](penstock_request_header& h) { h.chunks = 0xffffffff; }},
      {"hash", PENSTOCK_UNSUPPORTED, [](penstock_request_header& h) { h.hash = 0x1e; }},
      {"no hash", PENSTOCK_UNSUPPORTED, [](penstock_request_header& h) { h.hash = PENSTOCK_HASH_NONE; }},
      {"codec", PENSTOCK_UNSUPPORTED, [](penstock_request_header& h) { h.codec = 77; }},
  };
  for (const auto& [name, status, spoil] : faults) {
    SCOPED_TRACE(name);
    BatchRequest batch = random_batch(4, 1000, 200, random_);
    batch.chunks.resize(batch.chunks.size() + 1);  // a list, whatever the extents' sizes are
    batch.seal(0);
    std::vector<uint8_t> bytes = batch.bytes();
    spoil(batch.header);
    std::memcpy(bytes.data(), &batch.header, sizeof batch.header);
    for (const auto& completion : expected_answer(bytes, batch.input, false).completions) {
      EXPECT_EQ(completion.status, status);
    }
    expect_answer(bytes, batch.input);
  }
}

TEST_P(DigestBatchTest, ABatchOfTooManySubmissionsOrNoneHasNoAnswer) {
  for (const uint32_t submissions : {0u, PENSTOCK_SUBMISSIONS_MAX + 1, 0xffffffffu}) {
    BatchRequest batch = random_batch(2, 1000, 200, random_);
    batch.header.submissions = submissions;
    expect_answer(batch);
  }
}

// Fields of sound requests replaced by numbers that are off by one, large, or anything. The seed is printed
// where this fails.
TEST_P(DigestBatchTest, SpoiledRequestsReadAndWriteNothingOutOfRange) {
  std::printf("%s\n", seed_text(seed_).c_str());  // a fault of memory leaves no time to say it
  std::fflush(stdout);
  int launches = 0;
  for (int i = 0; i < (fast() ? 3000 : 150); ++i) {
    BatchRequest batch = random_batch(1 + random_() % 5, 2000, 300, random_);
    std::vector<uint8_t> bytes = batch.bytes();
    for (uint64_t changes = 1 + random_() % 3; changes > 0; --changes) {
      // Half of the changes in the header and the first submissions.
      const size_t within = random_() % 2 == 0 ? std::min<size_t>(bytes.size(), 192) : bytes.size();
      const size_t at = random_() % (within / 4) * 4;
      uint32_t field;
      std::memcpy(&field, bytes.data() + at, 4);
      const uint32_t values[] = {field + 1,  field - 1,           field + 64, 0,
                                 0xffffffff, uint32_t(random_()), field * 2,  field ^ 0x100};
      field = values[random_() % std::size(values)];
      std::memcpy(bytes.data() + at, &field, 4);
    }
    penstock_request_header header;
    std::memcpy(&header, bytes.data(), sizeof header);
    const ExpectedAnswer expected = expected_answer(bytes, batch.input, false);
    // What the host says is there has to be; a batch that would need more memory than this test has is left
    // out.
    constexpr uint64_t kMemory = uint64_t{1} << 26;
    if (header.input_bytes > kMemory || expected.request_bytes > kMemory || expected.answer_bytes > kMemory)
      continue;
    SCOPED_TRACE("round " + std::to_string(i));
    ASSERT_NO_FATAL_FAILURE(expect_answer(bytes, batch.input));
    ++launches;
  }
  EXPECT_GT(launches, fast() ? 1500 : 75);
}

INSTANTIATE_TEST_SUITE_P(Modes, DigestBatchTest, testing::Values(Mode::kFast, Mode::kThreaded),
                         [](const auto& mode) { return mode.param == Mode::kFast ? "Fast" : "Threaded"; });

}  // namespace
}  // namespace penstock
