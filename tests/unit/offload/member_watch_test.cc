// SPDX-License-Identifier: Apache-2.0
#include "unit/offload/dispatcher_test.h"

namespace penstock {
namespace {

using MemberWatchTest = DispatcherTest;

TEST_F(MemberWatchTest, TakesASuspectDeviceBackWhenItPassesTheSelfTest) {
  DeviceScript& script = scripts_.emplace_back();
  std::atomic<int> tests{0};
  options_.selftest_pause = std::chrono::milliseconds(1);
  options_.selftest = [&](Device&) {
    return std::make_unique<ScriptedSelftest>([&](const std::stop_token&) {
      return selftest_verdict(++tests < 3 ? SelftestOutcome::Verdict::failed
                                          : SelftestOutcome::Verdict::passed);
    });
  };
  open({&script});
  dispatcher_->report_wrong(1, HealthCause::wrong_payload);
  wait_until([&] { return member(1).health().healthy(); });
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

TEST_F(MemberWatchTest, LosesADeviceThatDoesNotAnswerTheSelfTest) {
  DeviceScript& script = scripts_.emplace_back();
  std::atomic<int> tests{0};
  options_.selftest_pause = std::chrono::milliseconds(1);
  options_.selftest = [&](Device&) {
    return std::make_unique<ScriptedSelftest>([&](const std::stop_token&) {
      ++tests;
      return selftest_verdict(SelftestOutcome::Verdict::silent);
    });
  };
  open({&script});
  dispatcher_->report_wrong(1, HealthCause::wrong_payload);
  wait_until([&] { return member(1).health().state() == DeviceState::lost; });
  EXPECT_EQ(member(1).health().history().back().cause, HealthCause::selftest_silent);
  queue_.reset();
  dispatcher_.reset();
  EXPECT_EQ(tests, 1);
}

TEST_F(MemberWatchTest, KeepsASelfTestThatTheDeviceMayStillTouchAndTheDevice) {
  for (const bool quiet : {true, false}) {
    DeviceScript& script = scripts_.emplace_back();
    std::atomic<bool> ended{false};
    options_.selftest = [&](Device&) {
      return std::make_unique<ScriptedSelftest>(
          [](const std::stop_token&) { return selftest_verdict(SelftestOutcome::Verdict::silent); }, quiet,
          &ended);
    };
    open({&script});
    dispatcher_->own(std::move(scripted_.back()));
    queue_.reset();
    dispatcher_.reset();
    EXPECT_EQ(ended, quiet);
    EXPECT_EQ(script.device_ended, quiet);
  }
}

TEST_F(MemberWatchTest, StopsASelfTestWhenTheDispatcherEnds) {
  DeviceScript& script = scripts_.emplace_back();
  std::atomic<bool> running{false};
  std::atomic<bool> stopped{false};
  options_.selftest_pause = std::chrono::milliseconds(1);
  options_.selftest = [&](Device&) {
    return std::make_unique<ScriptedSelftest>([&](const std::stop_token& stop) {
      running = true;
      wait_until([&] { return stop.stop_requested(); });
      stopped = true;
      return selftest_verdict(SelftestOutcome::Verdict::stopped);
    });
  };
  open({&script});
  dispatcher_->report_wrong(1, HealthCause::wrong_payload);
  wait_until([&] { return running.load(); });
  queue_.reset();
  dispatcher_.reset();
  EXPECT_TRUE(stopped);
}

TEST_F(MemberWatchTest, LetsOneThatHangsHoldUpNoOther) {
  DeviceScript& hung = scripts_.emplace_back();
  DeviceScript& sound = scripts_.emplace_back();
  std::atomic<bool> hanging{false};
  options_.selftest_pause = std::chrono::milliseconds(1);
  options_.selftest = [&](Device& device) {
    const bool hangs = &device == scripted_.front().get();
    return std::make_unique<ScriptedSelftest>([&hanging, hangs](const std::stop_token& stop) {
      if (!hangs) return selftest_verdict(SelftestOutcome::Verdict::passed);
      hanging = true;
      wait_until([&] { return stop.stop_requested(); });
      return selftest_verdict(SelftestOutcome::Verdict::stopped);
    });
  };
  open({&hung, &sound});
  dispatcher_->report_wrong(1, HealthCause::wrong_payload);
  wait_until([&] { return hanging.load(); });
  dispatcher_->report_wrong(2, HealthCause::wrong_payload);
  wait_until([&] { return member(2).health().healthy(); });
  EXPECT_EQ(member(1).health().state(), DeviceState::suspect);
  queue_.reset();
  dispatcher_.reset();
}

TEST_F(MemberWatchTest, LeavesADeviceAloneThatFailsEachTest) {
  DeviceScript& script = scripts_.emplace_back();
  std::atomic<unsigned> tests{0};
  options_.selftest_pause = std::chrono::microseconds(10);
  options_.selftests_max = 3;
  options_.selftest = [&](Device&) {
    return std::make_unique<ScriptedSelftest>([&](const std::stop_token&) {
      ++tests;
      return selftest_verdict(SelftestOutcome::Verdict::failed);
    });
  };
  open({&script});
  dispatcher_->report_wrong(1, HealthCause::wrong_payload);
  wait_until([&] { return tests == 3; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  queue_.reset();
  dispatcher_.reset();
  EXPECT_EQ(tests, 3u);
}

TEST_F(MemberWatchTest, TellsEachChangeOnceAndInOrder) {
  DeviceScript& script = scripts_.emplace_back();
  std::vector<HealthCause> told;  // by one thread; read when it has ended
  options_.selftest_pause = std::chrono::milliseconds(1);
  options_.selftest = [](Device&) {
    return std::make_unique<ScriptedSelftest>(
        [](const std::stop_token&) { return selftest_verdict(SelftestOutcome::Verdict::passed); });
  };
  options_.changed = [&](const DispatchMember&, const DeviceHealth::Event& event) {
    told.push_back(event.cause);
  };
  open({&script});
  dispatcher_->report_wrong(1, HealthCause::wrong_digest);
  wait_until([&] { return member(1).health().healthy(); });
  dispatcher_->lose(1, HealthCause::deadline);
  dispatcher_->lose(1, HealthCause::deadline);
  queue_.reset();
  dispatcher_.reset();
  EXPECT_EQ(told, (std::vector<HealthCause>{HealthCause::wrong_digest, HealthCause::selftest_passed,
                                            HealthCause::deadline}));
}

}  // namespace
}  // namespace penstock
