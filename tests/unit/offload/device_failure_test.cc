// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>
#include <string>

#include "hash/sha256.h"
#include "unit/offload/dispatcher_test.h"

namespace penstock {
namespace {

class DeviceFailureTest : public DispatcherTest {
 protected:
  // A job that the device did, whose answer is the script's ghost now, and that it has again and will not do.
  Work& work_again(DeviceScript& script) {
    Work& work = digest_work();
    EXPECT_TRUE(submit(work));
    script.ghost = script.in_flight.front();
    EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
    script.hangs = true;
    EXPECT_TRUE(submit(work));
    return work;
  }
  std::vector<Job*> poll_until_back() {
    std::vector<Job*> back = poll();
    while (back.empty()) back = poll();
    return back;
  }
};

TEST_F(DeviceFailureTest, RedoesWhatIsOverdueInFreshBuffers) {
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
  EXPECT_TRUE(poll_for(std::chrono::milliseconds(999)).empty());
  // Past the second and twice what it is expected to take.
  std::vector<Job*> back = poll_for(std::chrono::milliseconds(30));
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

TEST_F(DeviceFailureTest, DropsAnswersToNothing) {
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

TEST_F(DeviceFailureTest, CountsWhatAGuardCopiedAndDropped) {
  DeviceScript& script = scripts_.emplace_back();
  script.shares_host_memory = true;
  script.twice = true;
  open({&script});
  for (int i = 0; i < 3; ++i) {
    Work& work = digest_work();
    ASSERT_TRUE(submit(work));
    EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  }
  queue_.reset();
  EXPECT_EQ(member(1).counters().stale, 3u);
  EXPECT_EQ(member(1).counters().bytes_copied, 3 * 4096u);
  EXPECT_TRUE(member(1).health().healthy());
}

TEST_F(DeviceFailureTest, SuspectsAGuardedDeviceThatAnswersWithoutAStatus) {
  DeviceScript& script = scripts_.emplace_back();
  script.shares_host_memory = true;
  open({&script}, false, 1);
  Work& work = work_again(script);
  ASSERT_EQ(script.in_flight.front(), script.ghost) << "the guard has one place";
  script.ghosts = 1;
  EXPECT_TRUE(poll().empty());
  EXPECT_EQ(member(1).counters().impossible, 1u);
  EXPECT_EQ(member(1).health().state(), DeviceState::suspect);
  script.hangs = false;
  EXPECT_EQ(poll_until_back(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 0);
}

TEST_F(DeviceFailureTest, TrustsNoAnswerThatCannotBe) {
  struct Case {
    JobStatus status;
    uint32_t length;
  };
  for (const Case& wrong : {Case{JobStatus::done, 0}, Case{JobStatus::done, 4096},
                            Case{JobStatus::done, 1 << 30}, Case{JobStatus::stale_generation, 0}}) {
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

TEST_F(DeviceFailureTest, AsksNoMoreWhoFailsAgainAndAgain) {
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

TEST_F(DeviceFailureTest, DiscardsWhatASuspectDeviceStillGives) {
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

TEST_F(DeviceFailureTest, GivesNoDeviceMoreThanThereIsRoomToLose) {
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

TEST_F(DeviceFailureTest, CountsNothingThatWasBegunBeforeASuspicion) {
  DeviceScript& script = scripts_.emplace_back();
  options_.selftest_pause = std::chrono::milliseconds(1);
  options_.selftest = [](Device&) {
    return std::make_unique<ScriptedSelftest>(
        [](const std::stop_token&) { return selftest_verdict(SelftestOutcome::Verdict::passed); });
  };
  script.hangs = true;
  open({&script});
  Work& before = digest_work();
  ASSERT_TRUE(submit(before));
  dispatcher_->report_wrong(1, HealthCause::wrong_digest);
  wait_until([&] { return member(1).health().healthy(); });
  Work& after = digest_work();
  ASSERT_TRUE(submit(after));
  script.hangs = false;
  EXPECT_EQ(poll_until_back(), std::vector<Job*>{&after.job});
  EXPECT_EQ(after.job.member, 1);
  EXPECT_EQ(poll_until_back(), std::vector<Job*>{&before.job});
  EXPECT_EQ(before.job.member, 0);
  EXPECT_EQ(before.digest, sha256(before.job.input));
  EXPECT_EQ(member(1).counters().discarded, 1u);
}

TEST_F(DeviceFailureTest, TakesAnAnswerThatComesAgainForNoOtherJobs) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  Work& work = work_again(script);
  script.ghosts = 3;
  EXPECT_TRUE(poll().empty());
  EXPECT_EQ(member(1).counters().stale, 3u);
  EXPECT_TRUE(member(1).health().healthy());
  script.hangs = false;
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 1);
}

TEST_F(DeviceFailureTest, LetsTheDeviceKeepWhatItWasNotDoneWith) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  script.ghost = script.in_flight.front();
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  int places = 1;
  for (;; ++places) {  // until the place comes again
    ASSERT_TRUE(submit(work));
    if (script.in_flight.front() == script.ghost) break;
    EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  }
  EXPECT_GE(places, 64);
  script.hangs = true;
  script.ghosts = 1;
  EXPECT_TRUE(poll().empty());
  EXPECT_TRUE(poll().empty());
  EXPECT_EQ(member(1).counters().impossible, 1u);
  EXPECT_EQ(member(1).health().state(), DeviceState::suspect);
  EXPECT_EQ(script.in_flight.size(), 1u) << "nobody else may have the job's output";
  script.hangs = false;
  EXPECT_EQ(poll_until_back(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 0);
  EXPECT_EQ(work.digest, sha256(work.job.input));
}

TEST_F(DeviceFailureTest, WaitsNoLongerForADeviceThatGivesAnswersToNothing) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  Work& work = work_again(script);
  script.ghosts = 1'000'000;
  EXPECT_EQ(poll_for(std::chrono::seconds(2)), std::vector<Job*>{&work.job});
  EXPECT_GT(script.ghosts, 0u);
  EXPECT_EQ(member(1).health().state(), DeviceState::lost);
}

TEST_F(DeviceFailureTest, EndsByTheDeadlineWhileADeviceHangs) {
  DeviceScript& script = scripts_.emplace_back();
  script.hangs = true;
  script.quiescence = Quiescence::unproven;
  open({&script});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(submit(digest_work()));
  const uint64_t begun_ns = fake_now_ns;
  fake_tick_ns = 1'000'000;
  queue_.reset();
  EXPECT_LE(fake_now_ns - begun_ns, 1'100'000'000u) << "a second, and what three jobs are expected to take";
  EXPECT_EQ(member(1).health().state(), DeviceState::lost);
  EXPECT_EQ(dispatcher_->stranded().jobs(), 3u);
  EXPECT_FALSE(script.queue_pair_ended);
  work_.clear();
  dispatcher_->stranded().retire(std::move(pool_));
}

TEST_F(DeviceFailureTest, KeepsADeviceAsLongAsItsQueuePairs) {
  DeviceScript& hung = scripts_.emplace_back();
  DeviceScript& sound = scripts_.emplace_back();
  hung.hangs = true;
  hung.quiescence = Quiescence::unproven;
  open({&hung, &sound});
  for (auto& device : scripted_) dispatcher_->own(std::move(device));
  while (hung.in_flight.empty()) ASSERT_TRUE(submit(digest_work()));
  fake_tick_ns = 10'000'000;
  queue_.reset();
  work_.clear();
  dispatcher_->stranded().retire(std::move(pool_));
  dispatcher_.reset();
  EXPECT_FALSE(hung.queue_pair_ended);
  EXPECT_FALSE(hung.device_ended);
  EXPECT_TRUE(sound.queue_pair_ended);
}

// Its guard keeps the queue pair, and nothing of the job's is stranded.
TEST_F(DeviceFailureTest, KeepsADeviceThatSharesMemoryAsLongAsItsQueuePairs) {
  DeviceScript& script = scripts_.emplace_back();
  script.hangs = true;
  script.quiescence = Quiescence::unproven;
  script.shares_host_memory = true;
  open({&script});
  dispatcher_->own(std::move(scripted_.front()));
  ASSERT_TRUE(submit(digest_work()));
  ASSERT_EQ(script.in_flight.size(), 1u);
  fake_tick_ns = 10'000'000;
  queue_.reset();
  EXPECT_EQ(dispatcher_->stranded().jobs(), 0u);
  dispatcher_.reset();
  EXPECT_FALSE(script.queue_pair_ended);
  EXPECT_FALSE(script.device_ended);
}

TEST_F(DeviceFailureTest, EndsTheDevicesThatItOwns) {
  DeviceScript& script = scripts_.emplace_back();
  open({&script});
  dispatcher_->own(std::move(scripted_.front()));
  queue_.reset();
  EXPECT_FALSE(script.device_ended);
  dispatcher_.reset();
  EXPECT_TRUE(script.device_ended);
}

TEST_F(DeviceFailureTest, LeavesOutWhoTakesNoMemoryOrOpensNoQueuePair) {
  DeviceScript& forgetful = scripts_.emplace_back();
  DeviceScript& closed = scripts_.emplace_back();
  DeviceScript& sound = scripts_.emplace_back();
  std::mutex mutex;
  std::vector<std::string> told;
  options_.changed = [&](const DispatchMember& changed, const DeviceHealth::Event& event) {
    const std::lock_guard lock(mutex);
    told.push_back(std::string(health_cause_text(event.cause)) + ": " + changed.left_out_because().why);
  };
  forgetful.refuses_memory = closed.refuses_queue_pairs = true;
  std::vector<Device*> devices;
  for (DeviceScript& script : scripts_)
    devices.push_back(scripted_.emplace_back(std::make_unique<ScriptedDevice>(script)).get());
  dispatcher_ = std::make_unique<Dispatcher>(devices, *cpu_, options_);
  EXPECT_TRUE(dispatcher_->register_memory(pool_->slabs()).has_value());
  auto opened = dispatcher_->open_queue_pair(4);
  ASSERT_TRUE(opened.has_value());
  queue_ = std::move(*opened);
  Work& work = digest_work();
  ASSERT_TRUE(submit(work));
  EXPECT_EQ(poll(), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.member, 3);
  EXPECT_EQ(sound.accepted, 1u);
  EXPECT_EQ(member(1).health().history().back().cause, HealthCause::set_up_failed);
  EXPECT_EQ(member(2).health().state(), DeviceState::lost);
  queue_.reset();
  dispatcher_.reset();
  std::ranges::sort(told);
  EXPECT_EQ(told, (std::vector<std::string>{"could not be set up: has no queue pair",
                                            "could not be set up: takes no memory"}));
}

}  // namespace
}  // namespace penstock
