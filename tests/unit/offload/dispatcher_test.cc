// SPDX-License-Identifier: Apache-2.0
#include "offload/dispatcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <thread>
#include <vector>

#include "drivers/software/software_device.h"
#include "hash/sha256.h"
#include "unit/offload/scripted_device.h"

namespace penstock {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

std::atomic<uint64_t> fake_now_ns{0};
uint64_t fake_clock() {
  return fake_now_ns;
}

class DispatcherTest : public testing::Test {
 protected:
  // A job with buffers of its own.
  struct Work {
    Buffer input;
    Buffer output;
    ChunkRef chunk;
    Digest digest;
    Job job;
  };

  DispatcherTest() {
    fake_now_ns = 1'000'000'000;
    options_.now_ns = fake_clock;
    options_.deadline_min = std::chrono::seconds(1);
    options_.deadline_factor = 2;
    options_.jobs_stranded_max = 8;
  }

  ~DispatcherTest() override {
    for (DeviceScript& script : scripts_) script.hangs = false;  // or it would be waited for
  }

  // `devices` beside the CPU, which shares the work if it is asked to.
  QueuePair& open(const std::vector<DeviceScript*>& scripts, bool cpu_shares = false, uint32_t depth = 16) {
    std::vector<Device*> devices;
    devices.reserve(scripts.size() + 1);
    for (DeviceScript* script : scripts)
      devices.push_back(scripted_.emplace_back(std::make_unique<ScriptedDevice>(*script)).get());
    if (cpu_shares) devices.push_back(cpu_.get());
    dispatcher_ = std::make_unique<Dispatcher>(devices, *cpu_, options_);
    queue_ = *dispatcher_->open_queue_pair(depth);
    return *queue_;
  }

  Work& digest_work(uint32_t bytes = 4096) {
    Work& work = work_.emplace_back();
    work.input = pool_->acquire();
    work.output = pool_->acquire();
    for (size_t i = 0; i < kBufferBytes; ++i)
      work.input.bytes()[i] = static_cast<uint8_t>(i * 7 + work_.size());
    work.chunk = {0, bytes};
    work.job.operation = Operation::digest;
    work.job.input = work.input.bytes().first(bytes);
    work.job.chunks = {&work.chunk, 1};
    work.job.digests = {&work.digest, 1};
    work.job.input_buffer = &work.input;
    work.job.output_buffer = &work.output;
    work.job.generation = queue_->generation();
    return work;
  }
  Work& encode_work(CodecId codec) {
    Work& work = digest_work();
    work.job.operation = Operation::encode;
    work.job.codec = codec;
    work.job.output = work.output.bytes();
    work.job.digests = {};
    return work;
  }

  bool submit(Work& work) {
    Job* job = &work.job;
    return queue_->submit({&job, 1}) == 1;
  }
  std::vector<Job*> poll() {
    std::vector<Job*> finished(16);
    finished.resize(queue_->poll(finished));
    return finished;
  }

  DispatchMember& member(size_t i) { return *dispatcher_->members()[i]; }

  std::deque<DeviceScript> scripts_;
  DispatcherOptions options_;
  std::unique_ptr<Device> cpu_ = make_software_device({});
  std::unique_ptr<BufferPool> pool_ = *BufferPool::create("test", kBufferBytes, 64);
  std::vector<std::unique_ptr<Device>> scripted_;
  std::deque<Work> work_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<QueuePair> queue_;
};

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

TEST_F(DispatcherTest, RedoesWhatIsOverdueInFreshBuffers) {
  DeviceScript& script = scripts_.emplace_back();
  script.hangs = true;
  script.quiescence = Quiescence::unproven;
  open({&script});
  Work& left = digest_work();
  Work& right = digest_work();
  const uint8_t* const old_input = left.input.bytes().data();
  const Digest expected = sha256(left.job.input);
  ASSERT_TRUE(submit(left));
  ASSERT_TRUE(submit(right));
  fake_now_ns += 999'000'000;
  EXPECT_TRUE(poll().empty());
  fake_now_ns += 30'000'000;  // past the second and twice what it is expected to take
  std::vector<Job*> back = poll();
  for (Job* job : poll()) back.push_back(job);
  std::ranges::sort(back);
  std::vector<Job*> both = {&left.job, &right.job};
  std::ranges::sort(both);
  EXPECT_EQ(back, both);
  EXPECT_EQ(left.job.status, JobStatus::done);
  EXPECT_EQ(left.job.member, 0);
  EXPECT_EQ(left.digest, expected);
  EXPECT_NE(left.input.bytes().data(), old_input) << "the device may still read it";
  EXPECT_EQ(left.job.input.data(), left.input.bytes().data());
  EXPECT_EQ(member(1).health().state(), DeviceState::lost);
  EXPECT_EQ(member(1).health().history().back().cause, HealthCause::deadline);
  EXPECT_EQ(member(1).counters().abandoned, 2u);
  EXPECT_EQ(dispatcher_->stranded().jobs(), 2u);
  // It is asked no more, and what is stranded never comes back.
  Work& next = digest_work();
  ASSERT_TRUE(submit(next));
  EXPECT_EQ(poll(), std::vector<Job*>{&next.job});
  EXPECT_EQ(script.accepted, 2u);
  for (Work& work : work_) {
    EXPECT_NE(work.input.bytes().data(), old_input);
  }
  queue_.reset();
  work_.clear();
  EXPECT_EQ(pool_->free_count(), pool_->count() - 4);
  dispatcher_->stranded().retire(std::move(pool_));
}

TEST_F(DispatcherTest, DropsAnswersToNothing) {
  DeviceScript& script = scripts_.emplace_back();
  script.twice = true;
  open({&script});
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_TRUE(poll().empty());
  EXPECT_EQ(queue_->in_flight(), 0u);
  EXPECT_EQ(member(1).counters().stale + queue_->counters().stale, 2u);
}

TEST_F(DispatcherTest, TrustsNoAnswerThatCannotBe) {
  struct Case {
    JobStatus status;
    uint32_t length;
  };
  for (const Case& wrong :
       {Case{JobStatus::done, 0}, Case{JobStatus::done, 4096}, Case{JobStatus::done, 1 << 30},
        Case{JobStatus::pending, 0}, Case{JobStatus::stale_generation, 0}}) {
    DeviceScript& script = scripts_.emplace_back();
    script.status = wrong.status;
    script.output_length = wrong.length;
    open({&script});
    Work& work = encode_work(CodecId::lz4);
    ASSERT_TRUE(submit(work));
    std::vector<Job*> back = poll();
    if (back.empty()) back = poll();
    EXPECT_EQ(back, std::vector<Job*>{&work.job});
    EXPECT_EQ(work.job.member, 0);
    EXPECT_EQ(work.job.status, JobStatus::done);
    EXPECT_EQ(member(1).health().state(), DeviceState::suspect);
    EXPECT_EQ(member(1).counters().impossible, 1u);
    queue_.reset();
  }
}

TEST_F(DispatcherTest, AsksNoMoreWhoFailsAgainAndAgain) {
  DeviceScript& script = scripts_.emplace_back();
  script.status = JobStatus::failed;
  open({&script});
  for (int i = 0; i < 5; ++i) {
    Work& work = digest_work();
    ASSERT_TRUE(submit(work));
    std::vector<Job*> back = poll();
    if (back.empty()) back = poll();
    ASSERT_EQ(back, std::vector<Job*>{&work.job});
    EXPECT_EQ(work.job.status, JobStatus::done);
    EXPECT_EQ(work.digest, sha256(work.job.input));
  }
  EXPECT_EQ(script.accepted, 3u);
  EXPECT_EQ(member(1).health().state(), DeviceState::suspect);
}

TEST_F(DispatcherTest, DiscardsWhatASuspectDeviceStillGives) {
  DeviceScript& script = scripts_.emplace_back();
  script.hangs = true;
  open({&script});
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  dispatcher_->report_wrong(1, HealthCause::wrong_digest);
  script.hangs = false;
  std::vector<Job*> back = poll();
  if (back.empty()) back = poll();
  ASSERT_EQ(back, std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 0);
  EXPECT_EQ(work.digest, sha256(work.job.input));
  EXPECT_EQ(member(1).counters().discarded, 1u);
}

TEST_F(DispatcherTest, TakesASuspectDeviceBackWhenItPassesTheSelfTest) {
  DeviceScript& script = scripts_.emplace_back();
  std::atomic<int> tests{0};
  options_.selftest_pause = std::chrono::milliseconds(1);
  options_.selftest = [&](Device&) -> Status {
    return ++tests < 3 ? Status(fail(Errc::corrupt, "self-test", "wrong")) : Status();
  };
  open({&script});
  dispatcher_->report_wrong(1, HealthCause::wrong_payload);
  for (int i = 0; i < 5000 && !member(1).health().healthy(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(member(1).health().healthy());
  EXPECT_EQ(tests, 3);
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 1);
  const auto history = member(1).health().history();
  ASSERT_EQ(history.size(), 5u);  // opened, suspect, failed twice, passed
  EXPECT_EQ(history[1].cause, HealthCause::wrong_payload);
  EXPECT_EQ(history[4].cause, HealthCause::selftest_passed);
  queue_.reset();
  dispatcher_.reset();
}

TEST_F(DispatcherTest, GivesNoDeviceMoreThanThereIsRoomToLose) {
  options_.jobs_stranded_max = 2;
  DeviceScript& script = scripts_.emplace_back();
  script.hangs = true;
  script.quiescence = Quiescence::unproven;
  open({&script});
  EXPECT_TRUE(submit(digest_work()));
  EXPECT_TRUE(submit(digest_work()));
  EXPECT_TRUE(submit(digest_work()));
  EXPECT_EQ(script.accepted, 2u);
  const std::vector<Job*> by_cpu = poll();
  ASSERT_EQ(by_cpu.size(), 1u);
  EXPECT_EQ(by_cpu.front()->member, 0);
  script.hangs = false;
  EXPECT_EQ(poll().size(), 2u);
  EXPECT_TRUE(submit(digest_work()));
  EXPECT_EQ(poll().size(), 1u);
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
