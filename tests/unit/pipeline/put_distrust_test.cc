// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <utility>

#include "pipeline/distrust.h"
#include "unit/pipeline/put_on_devices.h"

namespace penstock {
namespace {

class PutDistrustTest : public PutOnDevices {
 protected:
  // All digests, and of the payloads so few that none is met here.
  static constexpr VerifyLevel kHardlyAny{VerifyLevel::Kind::sample, 1e-12};

  // Payloads are wrong from the `first`-th on.
  static void lie_in_payloads(Disguise& disguise, uint64_t first) {
    disguise.lie = [&disguise, first](Job& job) {
      if (job.operation == Operation::encode && disguise.jobs(Operation::encode) >= first)
        job.output[job.output_length - 1] ^= 1;
    };
  }
  // Beside other lies, digests are wrong once `begins` says so.
  static void lie_in_a_digest(Disguise& disguise, std::function<bool()> begins) {
    disguise.lie = [other = disguise.lie, begins = std::move(begins)](Job& job) {
      if (other) other(job);
      if (job.operation == Operation::digest && begins()) job.digests.back() = Digest();
    };
  }
};

TEST_F(PutDistrustTest, ReadsBackWhatWasAppendedAndGoesOnAfterAWrongPayload) {
  options_.verify = *parse_verify_level("payload");
  lie_in_payloads(device(), 4);
  file(soft_bytes(10'000'000, 1));
  const PutReport report = put_well();
  EXPECT_TRUE(report.rechecked);
  EXPECT_EQ(sink_.rechecks, 1u);
  EXPECT_GT(wrong(1), 0u);
}

TEST_F(PutDistrustTest, ReadsBackWhatTheSampleHasLeftOut) {
  options_.verify = kHardlyAny;
  Disguise& card = device();
  lie_in_a_digest(card, [&card] { return card.jobs(Operation::digest) >= 4; });
  file(soft_bytes(5'000'000, 9));
  file(soft_bytes(5'000'000, 9));
  const PutReport report = put_well();
  EXPECT_GT(report.counters.bytes_duplicate, 0u) << "found by digests that were checked";
  EXPECT_TRUE(report.rechecked);
  EXPECT_EQ(sink_.rechecks, 1u);
  EXPECT_GT(wrong(1), 0u);
}

TEST_F(PutDistrustTest, FailsWhereAWrongPayloadHasPassedTheSample) {
  options_.verify = kHardlyAny;
  Disguise& card = device();
  lie_in_payloads(card, 1);
  // More than are under way at a time, so that some are appended.
  lie_in_a_digest(card, [&card] { return card.jobs(Operation::encode) >= 6; });
  file(soft_bytes(20'000'000, 10));
  const auto report = put();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::corrupt);
  EXPECT_EQ(sink_.rechecks, 1u);
  EXPECT_NE(report.error().message().find("nothing is committed"), std::string::npos);
}

TEST_F(PutDistrustTest, MakesCheckpointsOnlyWhereAllIsChecked) {
  options_.checkpoint = CheckpointInterval{1 << 20};
  device();
  file(soft_bytes(10'000'000, 11));
  put_well();
  EXPECT_GT(std::exchange(sink_.checkpoints, 0), 0u);
  for (const char* level : {"payload", "sample:0.5"}) {
    options_.verify = *parse_verify_level(level);
    ASSERT_TRUE(put());
    EXPECT_EQ(sink_.checkpoints, 0u) << level;
  }
}

TEST_F(PutDistrustTest, ReadsNothingBackWhereNobodyLied) {
  options_.verify = *parse_verify_level("payload");
  device();
  file(soft_bytes(3'000'000, 2));
  EXPECT_FALSE(put_well().rechecked);
  EXPECT_EQ(sink_.rechecks, 0u);
}

TEST_F(PutDistrustTest, ReadsNothingBackWhereAllWasChecked) {
  lie_in_payloads(device(), 2);
  file(soft_bytes(5'000'000, 3));
  EXPECT_FALSE(put_well().rechecked);
  EXPECT_GT(wrong(1), 0u);
}

TEST_F(PutDistrustTest, FailsWhereWhatWasAppendedBeforeIsWrong) {
  options_.verify = *parse_verify_level("payload");
  Disguise& card = device();
  card.lie = [&card](Job& job) {
    if (job.operation == Operation::digest && card.jobs(Operation::digest) == 1)
      job.digests.back() = Digest();
    if (job.operation == Operation::encode && card.jobs(Operation::encode) >= 4)
      job.output[job.output_length - 1] ^= 1;
  };
  card.queue_depth = 1;  // so that those counted are those asked for last
  file(soft_bytes(10'000'000, 5));
  const auto report = put();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::corrupt);
  EXPECT_EQ(sink_.rechecks, 1u);
  EXPECT_NE(report.error().message().find("nothing is committed"), std::string::npos);
}

TEST_F(PutDistrustTest, FailsWhereChunksWereFoundByDigestsThatNobodyChecked) {
  options_.verify = *parse_verify_level("payload");
  lie_in_payloads(device(), 6);
  file(soft_bytes(4'000'000, 6));
  file(soft_bytes(4'000'000, 6));
  file(soft_bytes(4'000'000, 7));
  const auto report = put();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::corrupt);
  EXPECT_NE(report.error().message().find("nobody had checked"), std::string::npos);
}

TEST_F(PutDistrustTest, ChecksTheDigestsOfOthersFromThenOn) {
  options_.verify = *parse_verify_level("payload");
  Disguise& encoder = device();
  encoder.operations = {Operation::encode};
  lie_in_payloads(encoder, 3);
  Disguise& digester = device();
  digester.operations = {Operation::digest};
  std::atomic<bool> caught{false};
  digester.lie = [&](Job& job) {
    caught = caught || wrong(1) > 0;
    if (caught) job.digests.back() = Digest();
  };
  file(soft_bytes(20'000'000, 8));
  const PutReport report = put_well();
  EXPECT_TRUE(report.rechecked);
  EXPECT_GT(wrong(2), 0u);
}

// Nobody verified anything of it: the dispatcher found that its answer cannot be.
TEST_F(PutDistrustTest, ReadsBackWhereAnAnswerCannotBe) {
  options_.verify = *parse_verify_level("payload");
  Disguise& card = device();
  card.lie = [&card](Job& job) {
    if (job.operation == Operation::encode && card.jobs(Operation::encode) >= 4)
      job.output_length = static_cast<uint32_t>(job.input.size());
  };
  file(soft_bytes(10'000'000, 5));
  const PutReport report = put_well();
  EXPECT_EQ(wrong(1), 0u);
  EXPECT_GT(member(1).counters().impossible, 0u);
  EXPECT_TRUE(report.rechecked);
  EXPECT_EQ(sink_.rechecks, 1u);
}

// A server's commits: each is settled.
class DistrustTest : public testing::Test {
 protected:
  void find_wrong() { dispatcher_.report_wrong(1, HealthCause::wrong_payload); }

  Disguise disguise_;
  std::unique_ptr<Device> cpu_ = make_software_device({});
  DisguisedDevice device_{disguise_};
  Dispatcher dispatcher_{{&device_}, *cpu_, {}};
  MemorySink sink_;
  Distrust distrust_{dispatcher_, *parse_verify_level("payload")};
};

TEST_F(DistrustTest, WhatWasCommittedBeforeIsNotHeldAgainstWhatComesAfter) {
  distrust_.found_unchecked();
  EXPECT_TRUE(distrust_.settle(sink_));
  find_wrong();
  EXPECT_TRUE(distrust_.provable());
  EXPECT_TRUE(distrust_.settle(sink_));
  EXPECT_EQ(sink_.rechecks, 1u);
}

TEST_F(DistrustTest, ReadsBackOnceAndThenChecksAllItself) {
  find_wrong();
  for (int commit = 0; commit < 3; ++commit) EXPECT_TRUE(distrust_.settle(sink_));
  EXPECT_EQ(sink_.rechecks, 1u);
}

TEST_F(DistrustTest, WhatNobodyCheckedIsNotCommittedOnceADeviceWasWrong) {
  distrust_.found_unchecked();
  find_wrong();
  EXPECT_FALSE(distrust_.provable());
  EXPECT_FALSE(distrust_.settle(sink_));
  EXPECT_FALSE(distrust_.settle(sink_));
}

}  // namespace
}  // namespace penstock
