// SPDX-License-Identifier: Apache-2.0
#include "appliance/device_selftest.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <utility>

#include "appliance/driver_table.h"
#include "unit/offload/lying_device.h"
#include "unit/offload/true_answer.h"

namespace penstock {
namespace {

using Verdict = SelftestOutcome::Verdict;

LyingDevice device_that(LyingDevice::Answer answer) {
  Capabilities capabilities;
  capabilities.name = "liar";
  capabilities.operations = {Operation::digest, Operation::encode, Operation::digest_encode,
                             Operation::decode};
  capabilities.codecs = {CodecId::lz4, CodecId::zstd};
  return {capabilities, std::move(answer)};
}

SelftestOutcome selftest(Device& device) {
  auto made = DeviceSelftest::create(device);
  EXPECT_TRUE(made.has_value());
  return (*made)->run({});
}

void expect_wrong(LyingDevice::Answer answer) {
  LyingDevice device = device_that(std::move(answer));
  const SelftestOutcome outcome = selftest(device);
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_NE(outcome.why, "");
}

TEST(DeviceSelftestTest, PassesTheSoftwareDevice) {
  auto device = open_device("software", driver_table());
  ASSERT_TRUE(device.has_value());
  const SelftestOutcome outcome = selftest(**device);
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.why;
}

TEST(DeviceSelftestTest, PassesADeviceThatTellsTheTruthTimeAndAgain) {
  size_t jobs = 0;
  LyingDevice device = device_that([&](Job& job) {
    ++jobs;
    answer_truly(job);
  });
  auto test = DeviceSelftest::create(device);
  ASSERT_TRUE(test.has_value());
  EXPECT_EQ((*test)->run({}).verdict, Verdict::passed);
  EXPECT_EQ((*test)->run({}).verdict, Verdict::passed);
  EXPECT_EQ(device.registered(), 1u) << "memory is made known once";
  // Of each codec text and noise, both ways, and decoded where there is a frame.
  EXPECT_EQ(jobs, 2u * (1 + 2 * (4 + 2)));
}

TEST(DeviceSelftestTest, AsksForNothingThatTheDeviceDoesNotList) {
  Capabilities capabilities;
  capabilities.operations = {Operation::digest};
  LyingDevice device(capabilities, [](Job& job) {
    EXPECT_EQ(job.operation, Operation::digest);
    answer_truly(job);
  });
  EXPECT_EQ(selftest(device).verdict, Verdict::passed);
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

TEST(DeviceSelftestTest, FindsAWrongDigestOfTheLastChunkAlone) {
  expect_wrong([](Job& job) {
    answer_truly(job);
    if (job.operation == Operation::digest) job.digests.back().bytes[0] ^= 1;
  });
}

TEST(DeviceSelftestTest, FindsAWrongDigestBesideAFrame) {
  expect_wrong([](Job& job) {
    answer_truly(job);
    if (job.operation == Operation::digest_encode) job.digests.back().bytes[0] ^= 1;
  });
}

TEST(DeviceSelftestTest, FindsADeviceThatWritesNoOutput) {
  for (const Operation idle : {Operation::encode, Operation::digest_encode, Operation::decode}) {
    SCOPED_TRACE(static_cast<int>(idle));
    expect_wrong([idle](Job& job) {
      if (job.operation == idle) {
        answer_without_output(job);
      } else {
        answer_truly(job);
      }
    });
  }
}

TEST(DeviceSelftestTest, FindsAFrameOfNoiseThatIsNoSmaller) {
  expect_wrong([](Job& job) {
    answer_truly(job);
    if (job.status != JobStatus::stored) return;
    job.status = JobStatus::done;
    job.output_length = static_cast<uint32_t>(job.input.size());
  });
}

TEST(DeviceSelftestTest, FindsATextThatIsNotEncoded) {
  expect_wrong([](Job& job) {
    answer_truly(job);
    if (job.operation == Operation::encode) job.status = JobStatus::stored;
  });
}

TEST(DeviceSelftestTest, SaysWhenThereIsNoAnswerAndWhetherTheDeviceMayStillBeAtIt) {
  for (const Quiescence quiescence : {Quiescence::proven, Quiescence::unproven}) {
    LyingDevice device = device_that({});
    device.hang(quiescence);
    auto test = DeviceSelftest::create(device, std::chrono::milliseconds(1));
    ASSERT_TRUE(test.has_value());
    EXPECT_EQ((*test)->run({}).verdict, Verdict::silent);
    EXPECT_EQ((*test)->quiet(), quiescence == Quiescence::proven);
  }
}

TEST(DeviceSelftestTest, StopsWhenItIsTold) {
  LyingDevice device = device_that({});
  device.hang(Quiescence::unproven);
  auto test = DeviceSelftest::create(device, std::chrono::hours(24));
  ASSERT_TRUE(test.has_value());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ((*test)->run(stop.get_token()).verdict, Verdict::stopped);
  EXPECT_FALSE((*test)->quiet());
}

}  // namespace
}  // namespace penstock
