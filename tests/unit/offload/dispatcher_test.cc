// SPDX-License-Identifier: Apache-2.0
#include "unit/offload/dispatcher_test.h"

namespace penstock {
namespace {

TEST_F(DispatcherTest, GivesJobsToTheDeviceAndNotToTheCpu) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.status, JobStatus::done);
  EXPECT_EQ(work.job.member, 1);
  EXPECT_EQ(script.accepted, 1u);
  EXPECT_EQ(work.digest, Digest()) << "the scripted device touches nothing";
}

TEST_F(DispatcherTest, LeavesACheckToAnotherDeviceAndElseToTheCpu) {
  DeviceScript& one = scripts_.emplace_back();
  DeviceScript& other = scripts_.emplace_back();
  open({&one, &other});
  Work& work = digest_work();
  work.job.not_member = 1;
  EXPECT_TRUE(dispatcher_->serves(work.job));
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 2);
  dispatcher_->report_wrong(2, HealthCause::wrong_digest);
  EXPECT_FALSE(dispatcher_->serves(work.job));
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 0);
  EXPECT_EQ(one.accepted, 0u);
  work.job.not_member = Job::kNoMember;
  EXPECT_TRUE(dispatcher_->serves(work.job));
}

TEST_F(DispatcherTest, ChoosesWhoIsExpectedToBeDoneFirst) {
  DeviceScript& slow = scripts_.emplace_back();
  DeviceScript& fast = scripts_.emplace_back();
  open({&slow, &fast});
  constexpr uint64_t kMicrosecond = 1000;
  // 64 KiB in 64 us and in 640 us, a job at a time.
  for (uint64_t i = 0; i < 20; ++i) {
    const uint64_t now = fake_now_ns + 1000 * kMicrosecond * i;
    member(1).measure(Operation::digest, 64 << 10, now, now + 640 * kMicrosecond);
    member(2).measure(Operation::digest, 64 << 10, now, now + 64 * kMicrosecond);
  }
  slow.hangs = fast.hangs = true;
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(submit(digest_work(64 << 10)));
  EXPECT_EQ(fast.accepted, 8u) << "the ninth job there would be done after 576 us";
  fast.hangs = false;
  EXPECT_EQ(poll().size(), 8u);
}

TEST_F(DispatcherTest, KeepsRatesAndDeadlinesWithinReason) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  // A byte that took a quarter of an hour says little of two megabytes.
  member(1).measure(Operation::digest, 1, 0, 900'000'000'000);
  EXPECT_LE(member(1).nanoseconds_until(Operation::digest, 2 << 20), 3'000'000'000u);
  EXPECT_GT(member(1).nanoseconds_until(Operation::digest, 2 << 20), 1'000'000'000u);
  // Nor is a device that answered at once infinitely fast.
  for (int i = 0; i < 200; ++i) member(1).measure(Operation::encode, 0, 5, 5);
  member(1).measure(Operation::encode, 4096, 5, 5);
  EXPECT_LE(member(1).nanoseconds_until(Operation::encode, 2 << 20), 50'000'000u);
  // From one that is slow to all appearance an answer is waited for a minute, and the least that there is.
  script.hangs = true;
  options_.deadline_factor = 1'000'000;
  queue_.reset();
  open({&script});
  member(1).measure(Operation::digest, 1, 0, 900'000'000'000);
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  fake_now_ns += 60'900'000'000;
  EXPECT_TRUE(poll().empty());
  fake_now_ns += 200'000'000;
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(member(1).health().state(), DeviceState::lost);
}

TEST_F(DispatcherTest, LetsTheCpuWorkWhenADeviceRefusesForNoReason) {
  DeviceScript& script = scripts_.emplace_back();
  script.depth = 0;
  open({&script});
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 0);
}

TEST_F(DispatcherTest, GivesNoDeviceAJobWhoseBuffersItDoesNotKnow) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  Work& work = digest_work();
  work.job.output_buffer = nullptr;
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 0);
  EXPECT_EQ(script.accepted, 0u);
}

TEST_F(DispatcherTest, LetsTheCpuDoWhatNoDeviceCan) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  Work& work = encode_work(CodecId::zstd);
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.status, JobStatus::done);
  EXPECT_EQ(work.job.member, 0);
  EXPECT_EQ(script.accepted, 0u);
}

TEST_F(DispatcherTest, LetsADeviceTakeACodecOfItsOwnWhereTheJobAllows) {
  DeviceScript& script = scripts_.emplace_back();
  script.output_length = 100;
  open({&script});
  Work& work = encode_work(CodecId::zstd);
  work.job.any_codec = true;
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 1);
  EXPECT_EQ(work.job.codec, CodecId::lz4);
}

TEST_F(DispatcherTest, HoldsBackWhenTheDeviceIsFullUnlessTheCpuShares) {
  DeviceScript& script = scripts_.emplace_back();
  script.depth = 2;
  script.hangs = true;
  open({&script});
  EXPECT_TRUE(submit(digest_work()));
  EXPECT_TRUE(submit(digest_work()));
  EXPECT_FALSE(submit(digest_work()));
  EXPECT_EQ(queue_->in_flight(), 2u);
  script.hangs = false;
  EXPECT_EQ(poll().size(), 2u);

  script.hangs = true;
  queue_.reset();
  open({&script}, true);
  int cpu = 0;
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(submit(digest_work()));
  for (Job* job : poll()) cpu += job->member == 0 ? 1 : 0;
  EXPECT_GE(cpu, 1);
  script.hangs = false;
}

TEST_F(DispatcherTest, GivesStaleJobsBackUntouched) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  Work& work = digest_work();
  static_cast<void>(queue_->leave_generation());
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.status, JobStatus::stale_generation);
  EXPECT_EQ(script.accepted, 0u);
}

}  // namespace
}  // namespace penstock
