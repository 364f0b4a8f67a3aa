// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/limits.h"
#include "unit/pipeline/put_on_devices.h"

namespace penstock {
namespace {

// Batches until the choice is to fuse, and some more.
constexpr size_t kFreshBytes = 24 * kMiB;

class PutFusionTest : public PutOnDevices {
 protected:
  Disguise& fusing_device() {
    Disguise& card = device();
    card.operations.push_back(Operation::digest_encode);
    return card;
  }
  void lie_when_fused(Disguise& card, void (*lie)(Job&)) {
    card.lie = [lie](Job& job) {
      if (job.operation == Operation::digest_encode) lie(job);
    };
  }
};

TEST_F(PutFusionTest, FusesWhereAllIsMissing) {
  Disguise& card = fusing_device();
  file(soft_bytes(kFreshBytes, 1));
  const PutReport report = put_well();
  EXPECT_GT(report.counters.batches_fused, 0u);
  EXPECT_EQ(report.counters.batches_fused, card.jobs(Operation::digest_encode));
  EXPECT_EQ(report.counters.bytes_fused_wasted, 0u);
  EXPECT_EQ(card.jobs(Operation::digest), card.jobs(Operation::encode));
  EXPECT_EQ(member(1).counters().failed, 0u);
  EXPECT_EQ(member(0).counters().jobs, 0u);
}

TEST_F(PutFusionTest, ClosesTheGapsThatZeroRunsLeave) {
  Disguise& card = fusing_device();
  options_.threads = 2;
  std::vector<uint8_t> bytes;
  for (uint64_t i = 0; i < 40; ++i) {
    const std::vector<uint8_t> part = soft_bytes(600'000 + i * 7, i);
    bytes.insert(bytes.end(), part.begin(), part.end());
    bytes.resize(bytes.size() + 100'000);
  }
  file(bytes);
  const PutReport report = put_well();
  EXPECT_GT(report.counters.batches_fused, 0u);
  EXPECT_EQ(report.counters.batches_fused, card.jobs(Operation::digest_encode));
  EXPECT_EQ(member(1).counters().failed, 0u);
}

TEST_F(PutFusionTest, ThrowsAFrameAwayOfWhichSomeIsPresentAndGoesBackToTwoSteps) {
  Disguise& card = fusing_device();
  std::vector<uint8_t> bytes = soft_bytes(kFreshBytes, 1);
  for (size_t i = 0; i < 20; ++i) {
    const std::vector<uint8_t> fresh = soft_bytes(500'000, 100 + i);
    bytes.insert(bytes.end(), fresh.begin(), fresh.end());
    const auto old = static_cast<std::ptrdiff_t>(i * 500'000);
    const std::vector<uint8_t> again(bytes.begin() + old, bytes.begin() + old + 500'000);
    bytes.insert(bytes.end(), again.begin(), again.end());
  }
  file(bytes);
  const PutReport report = put_well();
  EXPECT_GT(report.counters.bytes_fused_wasted, 0u);
  EXPECT_LT(report.counters.bytes_fused_wasted, 10 * kMiB) << "it never went back";
  EXPECT_GT(report.counters.bytes_duplicate, 5 * kMiB);
  EXPECT_EQ(report.counters.batches_fused, card.jobs(Operation::digest_encode));
}

TEST_F(PutFusionTest, StoresWhatDoesNotGetSmaller) {
  fusing_device();
  file(random_bytes(kFreshBytes, 3));
  const PutReport report = put_well();
  EXPECT_GT(report.counters.batches_fused, 0u);
  EXPECT_EQ(report.counters.frames_stored, report.counters.frames);
}

TEST_F(PutFusionTest, DoesNotFuseWithoutADeviceThatCan) {
  device();
  file(soft_bytes(kFreshBytes, 4));
  EXPECT_EQ(put_well().counters.batches_fused, 0u);
}

TEST_F(PutFusionTest, DoesNotFuseWithACodecThatTheDeviceLacks) {
  fusing_device();
  options_.codec_any = false;
  file(soft_bytes(kFreshBytes, 5));
  EXPECT_EQ(put_well().counters.batches_fused, 0u);
}

TEST_F(PutFusionTest, LeavesFusedJobsThatADeviceFailsToTheCpu) {
  lie_when_fused(fusing_device(), [](Job& job) { job.status = JobStatus::failed; });
  file(soft_bytes(kFreshBytes, 6));
  const PutReport report = put_well();
  EXPECT_GT(report.counters.batches_fused, 0u);
  EXPECT_GT(member(0).counters().jobs, 0u);
}

TEST_F(PutFusionTest, UsesNoFrameThatCameWithWrongDigests) {
  lie_when_fused(fusing_device(), [](Job& job) { job.digests.back() = Digest(); });
  file(soft_bytes(kFreshBytes, 7));
  const PutReport report = put_well();
  EXPECT_GT(wrong(1), 0u);
  EXPECT_GT(report.counters.bytes_fused_wasted, 0u);
}

TEST_F(PutFusionTest, EncodesAgainWhatWasEncodedWrongly) {
  lie_when_fused(fusing_device(), [](Job& job) {
    if (job.status == JobStatus::done) job.output[job.output_length - 1] ^= 1;
  });
  file(soft_bytes(kFreshBytes, 8));
  put_well();
  EXPECT_GT(wrong(1), 0u);
}

TEST_F(PutFusionTest, IsCheckedByAnotherDeviceToo) {
  options_.verify = *parse_verify_level("cross");
  fusing_device();
  fusing_device();
  file(soft_bytes(kFreshBytes, 9));
  const PutReport report = put_well();
  EXPECT_GT(report.counters.batches_fused, 0u);
  EXPECT_EQ(report.verify.frames_crossed, report.counters.frames);
  EXPECT_EQ(report.verify.bytes_digested, 0u);
}

}  // namespace
}  // namespace penstock
