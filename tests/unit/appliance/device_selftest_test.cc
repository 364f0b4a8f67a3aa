// SPDX-License-Identifier: Apache-2.0
#include "appliance/device_selftest.h"

#include <gtest/gtest.h>

#include "appliance/driver_table.h"
#include "codec/codec.h"
#include "hash/sha256.h"
#include "unit/appliance/lying_device.h"

namespace penstock {
namespace {

// The true answer to a job of the self-test.
void answer_truly(Job& job) {
  job.status = JobStatus::done;
  if (job.operation == Operation::digest) {
    const ChunkRef chunk = job.chunks.front();
    job.digests.front() = sha256(job.input.subspan(chunk.offset, chunk.length));
  } else if (job.operation == Operation::encode) {
    const auto encoded = Encoder().encode({job.codec, job.codec_level}, job.input, job.output);
    job.output_length = static_cast<uint32_t>(encoded.value_or(0));
  } else if (!Decoder().decode(job.codec, job.input, job.output)) {
    job.status = JobStatus::corrupt;
  }
}

LyingDevice device_that(LyingDevice::Answer answer) {
  Capabilities capabilities;
  capabilities.name = "liar";
  capabilities.codecs = {CodecId::lz4, CodecId::zstd};
  return {capabilities, std::move(answer)};
}

void expect_wrong(LyingDevice::Answer answer) {
  LyingDevice device = device_that(std::move(answer));
  const Status outcome = selftest(device);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, Errc::corrupt);
  EXPECT_EQ(outcome.error().what, "liar");
}

TEST(DeviceSelftestTest, PassesTheSoftwareDevice) {
  auto device = open_device("software", driver_table());
  ASSERT_TRUE(device.has_value());
  const Status outcome = selftest(**device);
  EXPECT_TRUE(outcome.has_value()) << outcome.error().message();
}

TEST(DeviceSelftestTest, PassesADeviceThatTellsTheTruth) {
  LyingDevice device = device_that(answer_truly);
  EXPECT_TRUE(selftest(device).has_value());
}

TEST(DeviceSelftestTest, FindsAWrongDigest) {
  expect_wrong([](Job& job) {
    answer_truly(job);
    if (job.operation == Operation::digest) job.digests.front().bytes[31] ^= 1;
  });
}

TEST(DeviceSelftestTest, FindsAFrameThatIsNotOfTheInput) {
  expect_wrong([](Job& job) {
    answer_truly(job);
    if (job.operation == Operation::encode) job.output[job.output_length / 2] ^= 1;
  });
}

TEST(DeviceSelftestTest, FindsALengthThatPassesTheOutput) {
  expect_wrong([](Job& job) {
    answer_truly(job);
    if (job.operation == Operation::encode) job.output_length = UINT32_MAX;
  });
}

TEST(DeviceSelftestTest, FindsAWrongDecoding) {
  expect_wrong([](Job& job) {
    answer_truly(job);
    if (job.operation == Operation::decode) job.output.back() ^= 1;
  });
}

TEST(DeviceSelftestTest, FindsAJobThatWasNotDone) {
  expect_wrong([](Job& job) { job.status = JobStatus::failed; });
}

}  // namespace
}  // namespace penstock
