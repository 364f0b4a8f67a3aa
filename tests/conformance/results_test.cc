// SPDX-License-Identifier: Apache-2.0
// Whether the answers are right: against OpenSSL and the codecs' libraries, called directly.
#include <algorithm>

#include "base/limits.h"
#include "conformance/conformance_test.h"
#include "conformance/reference_results.h"
#include "unit/codec/sample_data.h"

namespace penstock {
namespace {

using Blob = std::vector<uint8_t>;

std::vector<uint32_t> random_split(size_t total, size_t pieces, std::mt19937_64& random) {
  std::vector<uint32_t> cuts = {0, static_cast<uint32_t>(total)};
  for (size_t i = 1; i < pieces; ++i) cuts.push_back(static_cast<uint32_t>(random() % (total + 1)));
  std::ranges::sort(cuts);
  std::vector<uint32_t> lengths;
  for (size_t i = 1; i < cuts.size(); ++i) lengths.push_back(cuts[i] - cuts[i - 1]);
  return lengths;
}

class ResultsConformanceTest : public ConformanceTest {
 protected:
  void SetUp() override {
    ConformanceTest::SetUp();
    if (device_) queue_ = open(4);
  }
  void TearDown() override { queue_.reset(); }

  // Codecs that make something smaller: all but stored.
  std::vector<CodecId> codecs() const {
    std::vector<CodecId> list = capabilities().codecs;
    std::erase(list, CodecId::stored);
    return list;
  }
  std::vector<Operation> encodings() const {
    std::vector<Operation> list = capabilities().operations;
    std::erase_if(list,
                  [](Operation op) { return op != Operation::encode && op != Operation::digest_encode; });
    return list;
  }
  void expect_encoded(PreparedJob& job, Bytes raw) {
    EXPECT_EQ(run(*queue_, job), JobStatus::done);
    EXPECT_LT(job.job.output_length, raw.size());
    EXPECT_TRUE(std::ranges::equal(reference_decode(job.job.codec, job.payload(), raw.size()), raw));
    expect_digests(job);
  }
  void expect_stored(PreparedJob& job) {
    EXPECT_EQ(run(*queue_, job), JobStatus::stored);
    EXPECT_EQ(job.job.output_length, 0u);
    expect_digests(job);
  }
  void expect_digests(PreparedJob& job) {
    EXPECT_TRUE(job.job.operation == Operation::encode || digests_right(job));
  }

  std::unique_ptr<QueuePair> queue_;
};

TEST_P(ResultsConformanceTest, DigestsChunksOfAnySizeAsOpenSslDoes) {
  if (!can(Operation::digest)) GTEST_SKIP() << "does not digest";
  const Blob data = random_sample(300000, random_());
  for (size_t pieces : {1, 2, 3, 7, 100, 1000}) {
    PreparedJob& job =
        this->job(*queue_, Operation::digest, data, random_split(data.size(), pieces, random_), 0);
    EXPECT_EQ(run(*queue_, job), JobStatus::done);
    EXPECT_TRUE(digests_right(job)) << pieces;
    EXPECT_EQ(job.job.output_length, 0u);
  }
}

TEST_P(ResultsConformanceTest, DigestsChunksWithGapsBetweenThem) {
  if (!can(Operation::digest)) GTEST_SKIP() << "does not digest";
  PreparedJob& job = this->job(*queue_, Operation::digest, random_sample(10000, 1), {100, 200, 0, 300}, 0);
  job.chunks[0].offset = 13;
  job.chunks[1].offset = 501;
  job.chunks[2].offset = 5000;
  job.chunks[3].offset = 9700;
  EXPECT_EQ(run(*queue_, job), JobStatus::done);
  EXPECT_TRUE(digests_right(job));
}

TEST_P(ResultsConformanceTest, EncodesFramesThatTheLibrariesDecode) {
  for (Operation operation : encodings()) {
    for (CodecId codec : codecs()) {
      for (size_t length : {200, 4095, 65536, 500001}) {
        const Blob raw = text_sample(length, random_());
        PreparedJob& job = this->job(*queue_, operation, raw, random_split(length, 5, random_), length);
        job.job.codec = codec;
        expect_encoded(job, raw);
        EXPECT_TRUE(job.kept_to_its_memory());
      }
    }
  }
}

TEST_P(ResultsConformanceTest, EncodesTheChunksAndNotWhatLiesBehindThem) {
  for (Operation operation : encodings()) {
    for (CodecId codec : codecs()) {
      Blob input = text_sample(30000, 1);
      const Blob raw = input;
      const Blob behind = random_sample(5000, 1);
      input.insert(input.end(), behind.begin(), behind.end());
      PreparedJob& job = this->job(*queue_, operation, input, {10000, 20000}, input.size());
      job.job.codec = codec;
      expect_encoded(job, raw);
    }
  }
}

TEST_P(ResultsConformanceTest, SaysStoredOfIncompressibleFrames) {
  for (Operation operation : encodings()) {
    for (CodecId codec : codecs()) {
      for (size_t length : {1, 64, 100000}) {
        const Blob noise = random_sample(length, random_());
        PreparedJob& job =
            this->job(*queue_, operation, noise, {static_cast<uint32_t>(length)}, length + 4096);
        job.job.codec = codec;
        expect_stored(job);
      }
    }
  }
}

TEST_P(ResultsConformanceTest, EncodesWhatShrinksBehindFramesThatDoNot) {
  constexpr uint32_t kLength = 500'000;
  for (Operation operation : encodings()) {
    for (CodecId codec : codecs()) {
      Blob half = random_sample(kLength, random_());
      for (int i = 0; i < 3; ++i) {
        PreparedJob& job = this->job(*queue_, operation, half, {kLength}, kLength);
        job.job.codec = codec;
        expect_stored(job);
      }
      const Blob text = text_sample(kLength / 2, random_());
      std::ranges::copy(text, half.begin() + kLength / 4);
      PreparedJob& job = this->job(*queue_, operation, half, {kLength}, kLength);
      job.job.codec = codec;
      expect_encoded(job, half);
    }
  }
}

TEST_P(ResultsConformanceTest, SaysStoredWhereTheFrameDoesNotFitAndWritesNothingBehind) {
  for (Operation operation : encodings()) {
    for (CodecId codec : codecs()) {
      const Blob raw = text_sample(50000, 2);
      for (size_t room : {size_t{0}, size_t{1}, size_t{100}, reference_encode(codec, raw).size() / 2}) {
        PreparedJob& job = this->job(*queue_, operation, raw, {50000}, room);
        job.job.codec = codec;
        expect_stored(job);  // the guard page stands right behind the room
      }
    }
  }
}

TEST_P(ResultsConformanceTest, SaysStoredWhenAskedToStore) {
  if (!can(CodecId::stored)) GTEST_SKIP() << "does not list stored";
  for (Operation operation : encodings()) {
    PreparedJob& job = this->job(*queue_, operation, text_sample(1000, 1), {1000}, 1000);
    job.job.codec = CodecId::stored;
    expect_stored(job);
  }
}

TEST_P(ResultsConformanceTest, TakesEmptyInputEmptyListsAndEmptyChunks) {
  for (Operation operation : {Operation::digest, Operation::encode, Operation::digest_encode}) {
    if (!can(operation)) continue;
    const JobStatus empty = operation == Operation::digest ? JobStatus::done : JobStatus::stored;
    for (const auto& lengths : {std::vector<uint32_t>{}, {0}, {0, 0, 0}}) {
      for (const Blob& input : {Blob{}, text_sample(100, 1)}) {
        PreparedJob& job = this->job(*queue_, operation, input, lengths, 100);
        EXPECT_EQ(run(*queue_, job), empty);
        EXPECT_EQ(job.job.output_length, 0u);
        expect_digests(job);
      }
    }
    PreparedJob& mixed = this->job(*queue_, operation, text_sample(2000, 1), {0, 1000, 0, 1000, 0}, 2000);
    EXPECT_EQ(run(*queue_, mixed), JobStatus::done);
    expect_digests(mixed);
  }
}

TEST_P(ResultsConformanceTest, TakesTheLargestInputAndTheLongestList) {
  const uint32_t bytes = capabilities().input_bytes_max;
  const uint32_t chunks = capabilities().chunks_max;
  ASSERT_GE(bytes, kFrameBytesMax);
  ASSERT_GE(chunks, kFrameChunksMax);
  const Blob raw = text_sample(bytes, 3);
  for (Operation operation : capabilities().operations) {
    if (operation == Operation::decode) continue;
    PreparedJob& job = this->job(*queue_, operation, raw, random_split(bytes, chunks, random_), bytes);
    if (operation != Operation::digest) job.job.codec = codecs().front();
    EXPECT_EQ(run(*queue_, job), JobStatus::done);
    expect_digests(job);
    if (operation == Operation::digest) continue;
    EXPECT_EQ(reference_decode(job.job.codec, job.payload(), raw.size()), raw);
  }
}

TEST_P(ResultsConformanceTest, TakesOddSizes) {
  for (Operation operation : capabilities().operations) {
    if (operation == Operation::decode) continue;
    for (size_t length = 1; length < 300; length += 1 + random_() % 3) {
      const Blob raw = length % 2 == 0 ? text_sample(length, length) : Blob(length, 'z');
      PreparedJob& job = this->job(*queue_, operation, raw, random_split(length, 3, random_), length);
      const JobStatus status = run(*queue_, job);
      EXPECT_TRUE(status == JobStatus::done ||
                  (status == JobStatus::stored && operation != Operation::digest));
      expect_digests(job);
      if (status != JobStatus::done || operation == Operation::digest) continue;
      EXPECT_LT(job.job.output_length, length) << "a payload as large as the raw bytes is no gain";
      EXPECT_EQ(reference_decode(job.job.codec, job.payload(), length), raw);
    }
  }
}

TEST_P(ResultsConformanceTest, DecodesWhatTheLibrariesEncoded) {
  if (!can(Operation::decode)) GTEST_SKIP() << "does not decode";
  for (CodecId codec : capabilities().codecs) {
    for (size_t length : {0, 1, 333, 65536, 1000001}) {
      const Blob raw = text_sample(length, length);
      PreparedJob& job = this->job(*queue_, Operation::decode, reference_encode(codec, raw), {}, length);
      job.job.codec = codec;
      EXPECT_EQ(run(*queue_, job), JobStatus::done) << "codec " << static_cast<int>(codec) << ", " << length;
      EXPECT_TRUE(std::ranges::equal(job.payload(), raw));
      EXPECT_TRUE(job.kept_to_its_memory());
    }
  }
}

TEST_P(ResultsConformanceTest, GivesEachOfManyJobsItsOwnResult) {
  std::vector<Job*> list;
  const auto queue = open(largest_depth());
  const size_t first = jobs_.size();
  for (int i = 0; i < 60; ++i) {
    const Operation operation = capabilities().operations[random_() % capabilities().operations.size()];
    if (operation == Operation::decode) continue;
    const Blob raw = text_sample(100 + random_() % 40000, random_());
    list.push_back(&job(*queue, operation, raw, random_split(raw.size(), 4, random_), raw.size()).job);
  }
  static_cast<void>(submit_all(*queue, list));
  static_cast<void>(drain(*queue));
  for (size_t i = first; i < jobs_.size(); ++i) {
    PreparedJob& job = *jobs_[i];
    EXPECT_TRUE(job.job.status == JobStatus::done || job.job.status == JobStatus::stored);
    expect_digests(job);
    if (job.job.operation == Operation::digest || job.job.status == JobStatus::stored) continue;
    EXPECT_TRUE(std::ranges::equal(reference_decode(job.job.codec, job.payload(), job.job.input.size()),
                                   job.job.input));
  }
}

INSTANTIATE_TEST_SUITE_P(, ResultsConformanceTest,
                         testing::ValuesIn(device_table().begin(), device_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace penstock
