// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>

#include "unit/base/sanitized.h"
#include "unit/pipeline/put_on_devices.h"

namespace penstock {
namespace {

// The first of two devices that are asked for the same has the first job, and the other one checks it.
class PutCrossTest : public PutOnDevices {
 protected:
  PutCrossTest() {
    options_.verify = *parse_verify_level("cross");
    file(soft_bytes(6'000'000, 1));
    file(random_bytes(2'000'000, 2));
  }

  static void lie_in_digests(Disguise& disguise) {
    disguise.lie = [](Job& job) {
      if (job.operation == Operation::digest) job.digests.back() = Digest();
    };
  }
  // A block of LZ4 ends in literals.
  static void lie_in_last_byte(Disguise& disguise, Operation operation, uint8_t flip) {
    disguise.lie = [operation, flip](Job& job) {
      if (job.operation == operation && job.status == JobStatus::done)
        job.output[job.output_length - 1] ^= flip;
    };
  }
  static void cannot_encode(Disguise& disguise) {
    disguise.operations = {Operation::digest, Operation::decode};
  }
  // The other device encodes; its jobs take milliseconds.
  void hangs(Disguise& disguise, Operation operation) {
    cannot_encode(disguise);
    disguise.hangs_at = operation;
    dispatcher_options_.deadline_min = std::chrono::milliseconds(kSanitized ? 5000 : 500);
    dispatcher_options_.deadline_max = std::chrono::milliseconds(0);
  }
  DeviceState state(size_t i) const { return member(i).health().state(); }
};

TEST_F(PutCrossTest, LeavesDigestsAndPayloadsToTheOtherDevice) {
  Disguise& one = device();
  Disguise& other = device();
  const PutReport report = put_well();
  EXPECT_GT(report.counters.frames_stored, 0u);
  EXPECT_EQ(report.verify.frames_crossed, report.counters.frames);
  EXPECT_EQ(report.verify.bytes_digested, 0u);
  EXPECT_LE(report.verify.bytes_decoded, report.counters.bytes_nodes_raw) << "more than the host's own nodes";
  EXPECT_EQ(report.verify.mismatches, 0u);
  const uint64_t content = report.counters.bytes_content;
  EXPECT_GE(one.bytes(Operation::digest) + other.bytes(Operation::digest), 2 * content);
  EXPECT_EQ(one.jobs(Operation::decode) + other.jobs(Operation::decode),
            report.counters.frames - report.counters.frames_stored);
  for (const size_t i : {1u, 2u}) EXPECT_EQ(wrong(i), 0u);
  EXPECT_EQ(member(0).counters().jobs, 0u) << "no check was the CPU's";
}

TEST_F(PutCrossTest, CatchesAWrongDigestOfOneDeviceByTheOther) {
  lie_in_digests(device());
  device();
  put_well();
  EXPECT_GT(wrong(1), 0u);
  EXPECT_EQ(state(1), DeviceState::suspect);
  EXPECT_EQ(wrong(2), 0u);
  EXPECT_EQ(state(2), DeviceState::healthy);
}

TEST_F(PutCrossTest, CatchesAWrongPayloadOfOneDeviceByTheOther) {
  lie_in_last_byte(device(), Operation::encode, 1);
  cannot_encode(device());
  put_well();
  EXPECT_GT(wrong(1), 0u);
  EXPECT_EQ(state(1), DeviceState::suspect);
  EXPECT_EQ(wrong(2), 0u);
}

TEST_F(PutCrossTest, CatchesAPayloadThatDoesNotDecode) {
  device().lie = [](Job& job) {
    if (job.operation == Operation::encode && job.status == JobStatus::done) --job.output_length;
  };
  cannot_encode(device());
  put_well();
  EXPECT_GT(wrong(1), 0u);
  EXPECT_EQ(wrong(2), 0u);
  EXPECT_EQ(state(2), DeviceState::healthy);
}

TEST_F(PutCrossTest, BlamesTheOneThatChecksWhereItsDigestsAreWrong) {
  device();
  lie_in_digests(device());
  put_well();
  EXPECT_EQ(wrong(1), 0u);
  EXPECT_GT(wrong(2), 0u);
  EXPECT_EQ(state(2), DeviceState::suspect);
}

TEST_F(PutCrossTest, BlamesTheOneThatChecksWhereItDecodesWrongly) {
  Disguise& maker = device();
  Disguise& checker = device();
  cannot_encode(checker);
  lie_in_last_byte(checker, Operation::decode, 1);
  const PutReport report = put_well();
  EXPECT_EQ(wrong(1), 0u);
  EXPECT_GT(wrong(2), 0u);
  EXPECT_EQ(maker.jobs(Operation::encode), report.counters.frames) << "what it encoded was thrown away";
}

TEST_F(PutCrossTest, BlamesBothWhereBothAreWrong) {
  lie_in_digests(device());
  device().lie = [](Job& job) {
    if (job.operation == Operation::digest) job.digests.front() = Digest();
  };
  put_well();
  EXPECT_GT(wrong(1), 0u);
  EXPECT_GT(wrong(2), 0u);
}

TEST_F(PutCrossTest, BlamesBothWhereAPayloadAndItsDecodingAreWrong) {
  lie_in_last_byte(device(), Operation::encode, 1);
  Disguise& checker = device();
  cannot_encode(checker);
  lie_in_last_byte(checker, Operation::decode, 2);
  put_well();
  EXPECT_GT(wrong(1), 0u);
  EXPECT_GT(wrong(2), 0u);
}

TEST_F(PutCrossTest, GoesOnWhereTheOneThatDigestsAgainHangs) {
  device();
  hangs(device(), Operation::digest);
  const PutReport report = put_well();
  EXPECT_EQ(state(2), DeviceState::lost);
  EXPECT_GT(report.verify.bytes_digested, 0u) << "what the CPU checks is the host's work";
}

TEST_F(PutCrossTest, GoesOnWhereTheOneThatDecodesHangs) {
  device();
  hangs(device(), Operation::decode);
  const PutReport report = put_well();
  EXPECT_EQ(state(2), DeviceState::lost);
  EXPECT_LT(report.verify.frames_crossed, report.counters.frames) << "what the CPU checks is the host's work";
  EXPECT_GT(report.verify.bytes_decoded, report.counters.bytes_nodes_raw);
}

TEST_F(PutCrossTest, IsTheHostsWorkWithOneDevice) {
  device();
  const PutReport report = put_well();
  EXPECT_EQ(report.verify.frames_crossed, 0u);
  EXPECT_EQ(report.verify.bytes_digested, report.counters.bytes_content);
}

TEST_F(PutCrossTest, TakesADeviceThatSharesMemoryBecauseItIsGuarded) {
  device();
  device().shares_host_memory = true;
  const PutReport report = put_well();
  EXPECT_GT(report.verify.frames_crossed, 0u);
  EXPECT_EQ(report.verify.bytes_digested, 0u);
}

TEST_F(PutCrossTest, LeavesToTheHostWhatTheOtherDeviceCannotCheck) {
  device();
  device().operations = {Operation::encode};
  const PutReport report = put_well();
  EXPECT_EQ(report.verify.bytes_digested, report.counters.bytes_content);
  EXPECT_GT(report.verify.frames_crossed, report.counters.frames_stored) << "what the second one encoded";
}

TEST_F(PutCrossTest, KeepsToTheRightDigestsWhereSomeChunksArePresent) {
  device();
  device();
  std::vector<uint8_t> bytes = soft_bytes(3'000'000, 7);
  const std::vector<uint8_t> old = soft_bytes(6'000'000, 1);
  bytes.insert(bytes.end(), old.begin() + 1'000'000, old.begin() + 2'000'000);
  const std::vector<uint8_t> more = soft_bytes(500'000, 8);
  bytes.insert(bytes.end(), more.begin(), more.end());
  file(bytes);
  const PutReport report = put_well();
  EXPECT_GT(report.counters.bytes_duplicate, 500'000u);
  EXPECT_EQ(report.verify.frames_crossed, report.counters.frames);
  EXPECT_EQ(report.verify.bytes_digested, 0u);
}

}  // namespace
}  // namespace penstock
