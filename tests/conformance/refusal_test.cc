// SPDX-License-Identifier: Apache-2.0
// What a device cannot or must not do.
#include <algorithm>
#include <functional>

#include "conformance/conformance_test.h"
#include "conformance/reference_results.h"
#include "unit/codec/sample_data.h"

namespace penstock {
namespace {

using Blob = std::vector<uint8_t>;

class RefusalConformanceTest : public ConformanceTest {
 protected:
  void SetUp() override {
    ConformanceTest::SetUp();
    if (device_) queue_ = open(4);
  }
  void TearDown() override { queue_.reset(); }

  void expect_unsupported(Operation operation, const char* why,
                          const std::function<void(PreparedJob&)>& spoil) {
    PreparedJob& job = this->job(*queue_, operation, text_sample(1000, 1), {400, 600}, 1000);
    spoil(job);
    EXPECT_EQ(run(*queue_, job), JobStatus::unsupported) << why;
    EXPECT_EQ(job.job.output_length, 0u) << why;
    EXPECT_TRUE(job.untouched()) << why;
  }

  std::unique_ptr<QueuePair> queue_;
};

TEST_P(RefusalConformanceTest, SaysUnsupportedOfOperationsThatItDoesNotList) {
  for (Operation operation :
       {Operation::digest, Operation::encode, Operation::digest_encode, Operation::decode}) {
    if (can(operation)) continue;
    expect_unsupported(operation, "an operation of the contract", [](PreparedJob&) {});
  }
  expect_unsupported(static_cast<Operation>(77), "no operation", [](PreparedJob&) {});
}

TEST_P(RefusalConformanceTest, SaysUnsupportedOfCodecsAndLevelsThatItDoesNotList) {
  for (Operation operation : {Operation::encode, Operation::digest_encode, Operation::decode}) {
    for (CodecId codec :
         {CodecId::stored, CodecId::lz4, CodecId::zstd, CodecId::deflate, static_cast<CodecId>(99)}) {
      if (can(codec)) continue;
      expect_unsupported(operation, "codec", [codec](PreparedJob& job) { job.job.codec = codec; });
    }
  }
  for (int level : {0, 23, 100000}) {
    if (!can(CodecId::zstd)) break;
    expect_unsupported(Operation::encode, "level", [level](PreparedJob& job) {
      job.job.codec = CodecId::zstd;
      job.job.codec_level = level;
    });
  }
}

TEST_P(RefusalConformanceTest, SaysUnsupportedOfAHashThatItDoesNotList) {
  const auto spoil = [](PreparedJob& job) { job.job.hash = static_cast<HashId>(0x1b); };  // keccak-256
  expect_unsupported(Operation::digest, "hash", spoil);
  expect_unsupported(Operation::digest_encode, "hash", spoil);
}

TEST_P(RefusalConformanceTest, SaysUnsupportedOfWhatIsTooLarge) {
  const Blob large(size_t{capabilities().input_bytes_max} + 1);
  for (Operation operation : capabilities().operations) {
    PreparedJob& job = this->job(*queue_, operation, large, {1}, 100);
    EXPECT_EQ(run(*queue_, job), JobStatus::unsupported);
    EXPECT_TRUE(job.untouched());
    if (operation == Operation::decode) continue;
    PreparedJob& many = this->job(*queue_, operation, text_sample(100, 1),
                                  std::vector<uint32_t>(size_t{capabilities().chunks_max} + 1), 100);
    EXPECT_EQ(run(*queue_, many), JobStatus::unsupported);
    EXPECT_TRUE(many.untouched());
  }
}

TEST_P(RefusalConformanceTest, SaysUnsupportedOfAMalformedListOfChunks) {
  for (Operation operation : {Operation::digest, Operation::encode, Operation::digest_encode}) {
    if (!can(operation)) continue;
    expect_unsupported(operation, "past the end", [](PreparedJob& job) { job.chunks[1].length = 601; });
    expect_unsupported(operation, "far past the end",
                       [](PreparedJob& job) { job.chunks[1].length = UINT32_MAX; });
    expect_unsupported(operation, "offset past the end",
                       [](PreparedJob& job) { job.chunks[1].offset = UINT32_MAX; });
    expect_unsupported(operation, "overlapping", [](PreparedJob& job) { job.chunks[1] = {399, 1}; });
    expect_unsupported(operation, "descending",
                       [](PreparedJob& job) { std::swap(job.chunks[0], job.chunks[1]); });
    if (operation == Operation::digest) continue;
    expect_unsupported(operation, "with a gap", [](PreparedJob& job) { job.chunks[1] = {401, 10}; });
    expect_unsupported(operation, "not from 0", [](PreparedJob& job) { job.chunks[0] = {1, 399}; });
  }
}

TEST_P(RefusalConformanceTest, SaysUnsupportedWhereDigestsAndChunksDiffer) {
  for (Operation operation : {Operation::digest, Operation::digest_encode}) {
    expect_unsupported(operation, "one digest for two chunks",
                       [](PreparedJob& job) { job.job.digests = job.job.digests.first(1); });
  }
}

TEST_P(RefusalConformanceTest, WorksOnAfterRefusals) {
  expect_unsupported(static_cast<Operation>(77), "no operation", [](PreparedJob&) {});
  PreparedJob& job = digest_job(*queue_);
  EXPECT_EQ(run(*queue_, job), JobStatus::done);
  EXPECT_TRUE(digests_right(job));
}

class DecodingConformanceTest : public RefusalConformanceTest {
 protected:
  void SetUp() override {
    RefusalConformanceTest::SetUp();
    if (device_ && !can(Operation::decode)) GTEST_SKIP() << "does not decode";
  }
  JobStatus decode(CodecId codec, Bytes payload, size_t raw_bytes) {
    PreparedJob& job = this->job(*queue_, Operation::decode, payload, {}, raw_bytes);
    job.job.codec = codec;
    const JobStatus status = run(*queue_, job);
    EXPECT_EQ(job.job.output_length, status == JobStatus::done ? raw_bytes : 0u);
    jobs_.pop_back();
    return status;
  }
};

TEST_P(DecodingConformanceTest, RefusesARawLengthThatIsNotThePayloads) {
  for (CodecId codec : capabilities().codecs) {
    const Blob payload = reference_encode(codec, text_sample(10000, 1));
    for (size_t shorter : {0, 1, 5000, 9999}) {
      const JobStatus status = decode(codec, payload, shorter);
      EXPECT_TRUE(status == JobStatus::output_full || status == JobStatus::corrupt) << shorter;
    }
    EXPECT_EQ(decode(codec, payload, 10001), JobStatus::corrupt);
    EXPECT_EQ(decode(codec, payload, 10000), JobStatus::done);
  }
}

TEST_P(DecodingConformanceTest, RefusesTruncatedPayloadsAndBytesBehindTheEnd) {
  for (CodecId codec : capabilities().codecs) {
    Blob payload = reference_encode(codec, text_sample(10000, 2));
    for (size_t length = 0; length < payload.size(); length += 1 + random_() % 50)
      EXPECT_EQ(decode(codec, Bytes(payload).first(length), 10000), JobStatus::corrupt) << length;
    payload.push_back(0);
    EXPECT_NE(decode(codec, payload, 10000), JobStatus::done);
  }
}

TEST_P(DecodingConformanceTest, NeverWritesOutsideItsOutputWhateverThePayload) {
  const Blob raw = text_sample(5000, 3);
  for (CodecId codec : capabilities().codecs) {
    const Blob payload = reference_encode(codec, raw);
    for (int round = 0; round < 300; ++round) {
      Blob damaged = payload;
      for (size_t flips = 1 + random_() % 5; flips > 0; --flips)
        damaged[random_() % damaged.size()] ^= static_cast<uint8_t>(1 << random_() % 8);
      const JobStatus status = decode(codec, damaged, raw.size());  // guard pages stand around its memory
      EXPECT_TRUE(status == JobStatus::done || status == JobStatus::corrupt ||
                  status == JobStatus::output_full);
    }
    EXPECT_EQ(decode(codec, payload, raw.size()), JobStatus::done) << "damage leaves the device whole";
  }
}

INSTANTIATE_TEST_SUITE_P(, RefusalConformanceTest,
                         testing::ValuesIn(device_table().begin(), device_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });
INSTANTIATE_TEST_SUITE_P(, DecodingConformanceTest,
                         testing::ValuesIn(device_table().begin(), device_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace penstock
