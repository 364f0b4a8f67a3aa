// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "unit/pipeline/put_on_devices.h"

namespace penstock {
namespace {

class PutDevicesTest : public PutOnDevices {};

TEST_F(PutDevicesTest, GivesADeviceNoMoreThanTheChunksToDigest) {
  Disguise& card = device();
  file(soft_bytes(3000, 1));
  const PutReport report = put_well();
  EXPECT_EQ(report.counters.frames, 1u);
  EXPECT_EQ(card.jobs(Operation::digest), 1u);
  EXPECT_EQ(card.bytes(Operation::digest), 3000u);
  EXPECT_EQ(card.bytes(Operation::encode), 3000u);
}

TEST_F(PutDevicesTest, CountsWhatTheGuardOfADeviceThatSharesMemoryCopies) {
  device().shares_host_memory = true;
  file(soft_bytes(100'000, 2));
  const PutReport report = put_well();
  EXPECT_EQ(report.counters.frames_stored, 0u);
  const MemberCounters& counters = member(1).counters();
  EXPECT_EQ(counters.bytes_copied, counters.bytes_in + counters.bytes_out);
}

TEST_F(PutDevicesTest, CountsTheDigestsThatAreMadeAgainAsVerification) {
  device();
  file(soft_bytes(1'000'000, 4));
  const PutReport report = put_well();
  EXPECT_EQ(report.verify.bytes_digested, report.counters.bytes_unique + report.counters.bytes_duplicate);
  EXPECT_EQ(report.verify.mismatches, 0u);
}

}  // namespace
}  // namespace penstock
