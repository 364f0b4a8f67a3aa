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

TEST_F(DispatcherTest, AsksFirstWhoHasNothingToDoAndOfWhomNoRateIsKnown) {
  DeviceScript& one = scripts_.emplace_back();
  DeviceScript& other = scripts_.emplace_back();
  open({&one, &other}, true);
  // The CPU takes next to nothing a byte, far less than is assumed of a device.
  member(0).measure(Operation::digest, 1 << 20, fake_now_ns, fake_now_ns + 1);
  one.hangs = other.hangs = true;
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(submit(digest_work()));
  EXPECT_EQ(one.accepted, 1u);
  EXPECT_EQ(other.accepted, 1u);
  EXPECT_EQ(member(0).counters().jobs, 4u);
}

TEST_F(DispatcherTest, KeepsRatesAndDeadlinesWithinReason) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  // A byte that took a quarter of an hour says little of two megabytes.
  member(1).measure(Operation::digest, 1, 0, 900'000'000'000);
  EXPECT_LE(member(1).nanoseconds_for(Operation::digest, 2 << 20), 3'000'000'000u);
  EXPECT_GT(member(1).nanoseconds_for(Operation::digest, 2 << 20), 1'000'000'000u);
  // Nor is a device that answered at once infinitely fast.
  for (int i = 0; i < 200; ++i) member(1).measure(Operation::encode, 0, 5, 5);
  member(1).measure(Operation::encode, 4096, 5, 5);
  EXPECT_LE(member(1).nanoseconds_for(Operation::encode, 2 << 20), 50'000'000u);
  // From one that is slow to all appearance an answer is waited for a minute, and the least that there is.
  script.hangs = true;
  options_.deadline_factor = 1'000'000;
  queue_.reset();
  open({&script});
  member(1).measure(Operation::digest, 1, 0, 900'000'000'000);
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  EXPECT_TRUE(poll_for(std::chrono::milliseconds(60'900)).empty());
  EXPECT_EQ(poll_for(std::chrono::milliseconds(200)), std::vector<Job*>{&work.job});
  EXPECT_EQ(member(1).health().state(), DeviceState::lost);
}

TEST_F(DispatcherTest, ExpectsOfEachJobAheadWhatItsOperationTakes) {
  DeviceScript& script = scripts_.emplace_back();
  script.hangs = true;
  options_.deadline_factor = 1;
  open({&script});
  // A mebibyte takes a second to encode, and next to nothing to digest.
  for (uint64_t i = 1; i <= 200; ++i) {
    const uint64_t begun = 2'000'000'000 * i;
    member(1).measure(Operation::encode, 1 << 20, begun, begun + 1'000'000'000);
    member(1).measure(Operation::digest, 1 << 20, begun + 1'000'000'000, begun + 1'000'000'001);
  }
  Work& slow = encode_work(CodecId::lz4);
  slow.job.input = slow.input.bytes();
  ASSERT_TRUE(submit(slow));
  const uint64_t ahead = member(1).nanoseconds_ahead();
  EXPECT_GE(ahead, 50'000'000u);
  Work& quick = digest_work();
  ASSERT_TRUE(submit(quick));
  EXPECT_LE(member(1).nanoseconds_ahead() - ahead, 1'000'000u);
  // The digest waits for the one before it.
  EXPECT_TRUE(poll_for(std::chrono::milliseconds(1040)).empty());
  script.hangs = false;
  EXPECT_EQ(poll_for(std::chrono::milliseconds(1)).size(), 1u)
      << "the encoder's answer cannot be: the CPU does it";
  EXPECT_TRUE(member(1).health().state() != DeviceState::lost);
}

TEST_F(DispatcherTest, HoldsNoTimeAgainstADeviceInWhichNobodyLooked) {
  DeviceScript& script = scripts_.emplace_back();
  script.hangs = true;  // as one that does nothing but in poll, and needs two of them
  open({&script});
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  fake_now_ns += 3'600'000'000'000;
  EXPECT_TRUE(poll().empty());
  script.hangs = false;
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 1);
  // And once somebody looks, the deadline is as long as ever.
  script.hangs = true;
  Work& late = digest_work();
  ASSERT_TRUE(submit(late));
  fake_now_ns += 3'600'000'000'000;
  EXPECT_TRUE(poll().empty());
  EXPECT_TRUE(poll_for(std::chrono::milliseconds(990)).empty());
  EXPECT_EQ(poll_for(std::chrono::milliseconds(200)), std::vector<Job*>{&late.job});
  EXPECT_EQ(member(1).health().state(), DeviceState::lost);
}

TEST_F(DispatcherTest, JudgesNoDeviceThatWasNotAskedForLackOfRoom) {
  DeviceScript& first = scripts_.emplace_back();
  DeviceScript& second = scripts_.emplace_back();
  second.hangs = true;
  open({&first, &second});
  Work& one = digest_work();
  one.job.not_member = 2;
  Work& other = digest_work();
  other.job.not_member = 1;
  ASSERT_TRUE(submit(one));
  ASSERT_TRUE(submit(other));
  for (int i = 0; i < 101; ++i) {  // polled in time, and due at the end
    fake_now_ns += 10'000'000;
    Job* none = nullptr;
    first.hangs = i < 100;
    second.hangs = i < 100;
    const size_t count = queue_->poll({&none, 1});
    EXPECT_EQ(count, i < 100 ? 0u : 1u);
  }
  fake_now_ns += 10'000'000;
  EXPECT_EQ(poll(), std::vector<Job*>{&other.job});
  EXPECT_EQ(other.job.member, 2);
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
