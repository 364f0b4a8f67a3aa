// SPDX-License-Identifier: Apache-2.0
#include "emulation/faults/faulty_device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "codec/codec.h"
#include "drivers/software/software_device.h"
#include "unit/faults/device_bench.h"

namespace penstock {
namespace {

using Work = DeviceBench::Work;

constexpr size_t kManyPolls = 100;

uint64_t fake_now_ns = 0;
uint64_t fake_clock() {
  return fake_now_ns;
}

// A device with one kind of fault, which every job has.
std::unique_ptr<FaultyDevice> faulty(FaultKind kind, double rate = 1, bool shares_host_memory = true) {
  FaultOptions options;
  options.seed = 7;
  options.rate(kind) = rate;
  options.shares_host_memory = shares_host_memory;
  options.now_ns = fake_clock;
  options.late_ns_max = 1000;
  return std::make_unique<FaultyDevice>(make_software_device({}), options);
}

bool payload_is_right(const Work& work) {
  std::vector<uint8_t> raw(work.original.size());
  Decoder decoder;
  const size_t length = std::min<size_t>(work.job.output_length, work.job.output.size());
  return decoder.decode(work.job.codec, work.job.output.first(length), raw) && raw == work.original;
}

TEST(FaultyDeviceTest, IsTheDeviceInsideWhereNothingGoesWrong) {
  const auto device = faulty(FaultKind::never, 0);
  EXPECT_TRUE(device->capabilities().shares_host_memory);
  EXPECT_FALSE(device->capabilities().is_cpu);
  DeviceBench bench(*device);
  Work& digest = bench.digest_work();
  Work& encode = bench.encode_work();
  ASSERT_TRUE(bench.submit(digest));
  ASSERT_TRUE(bench.submit(encode));
  EXPECT_EQ(bench.poll(2), (std::vector<Job*>{&digest.job, &encode.job}));
  EXPECT_TRUE(digest.digest_is_right());
  EXPECT_TRUE(payload_is_right(encode));
  EXPECT_EQ(bench.queue().counters().completed, 2u);
}

TEST(FaultyDeviceTest, FlipsABitOfADigest) {
  const auto device = faulty(FaultKind::wrong_digest);
  DeviceBench bench(*device);
  Work& work = bench.digest_work();
  ASSERT_TRUE(bench.submit(work));
  ASSERT_EQ(bench.poll().size(), 1u);
  EXPECT_EQ(work.job.status, JobStatus::done);
  EXPECT_FALSE(work.digest_is_right());
  EXPECT_EQ(device->injected(FaultKind::wrong_digest), 1u);
}

TEST(FaultyDeviceTest, FlipsABitOfAPayloadSoThatItMatters) {
  const auto device = faulty(FaultKind::wrong_payload);
  DeviceBench bench(*device);
  uint64_t wrong = 0;
  for (int i = 0; i < 30; ++i) {
    Work& work = bench.encode_work();
    ASSERT_TRUE(bench.submit(work));
    ASSERT_EQ(bench.poll().size(), 1u);
    EXPECT_EQ(work.job.status, JobStatus::done);
    wrong += payload_is_right(work) ? 0 : 1;
  }
  EXPECT_GT(wrong, 25u);
  EXPECT_EQ(device->injected(FaultKind::wrong_payload), wrong);
}

TEST(FaultyDeviceTest, GivesAnotherJobsAnswer) {
  const auto device = faulty(FaultKind::other_answer);
  DeviceBench bench(*device);
  Work& first = bench.digest_work();
  Work& second = bench.digest_work();
  Work& third = bench.encode_work();
  Work& fourth = bench.encode_work();
  for (Work* work : {&first, &second, &third, &fourth}) ASSERT_TRUE(bench.submit(*work));
  ASSERT_EQ(bench.poll(4).size(), 4u);
  EXPECT_TRUE(first.digest_is_right()) << "there was none before";
  EXPECT_EQ(second.digest, first.digest);
  EXPECT_TRUE(payload_is_right(third));
  EXPECT_FALSE(payload_is_right(fourth));
  EXPECT_LT(fourth.job.output_length, DeviceBench::kInputBytes);
  EXPECT_EQ(device->injected(FaultKind::other_answer), 2u);
}

TEST(FaultyDeviceTest, ClaimsLessThanItWrote) {
  const auto device = faulty(FaultKind::short_output);
  DeviceBench bench(*device);
  Work& work = bench.encode_work();
  ASSERT_TRUE(bench.submit(work));
  ASSERT_EQ(bench.poll().size(), 1u);
  EXPECT_FALSE(payload_is_right(work));
  EXPECT_EQ(device->injected(FaultKind::short_output), 1u);
}

TEST(FaultyDeviceTest, WritesBehindItsOutputAndClaimsMoreThanThereIsRoomFor) {
  const auto device = faulty(FaultKind::overrun);
  DeviceBench bench(*device);
  Work& work = bench.encode_work();
  ASSERT_TRUE(bench.submit(work));
  ASSERT_EQ(bench.poll().size(), 1u);
  EXPECT_GT(work.job.output_length, work.job.output.size());
  EXPECT_FALSE(all_zero(work.output.bytes().subspan(work.job.output.size())));
  EXPECT_EQ(device->injected(FaultKind::overrun), 1u);
}

TEST(FaultyDeviceTest, SaysThatACurrentJobIsStale) {
  const auto device = faulty(FaultKind::stale_generation);
  DeviceBench bench(*device);
  Work& work = bench.digest_work();
  ASSERT_TRUE(bench.submit(work));
  ASSERT_EQ(bench.poll().size(), 1u);
  EXPECT_EQ(work.job.status, JobStatus::stale_generation);
}

TEST(FaultyDeviceTest, HoldsAnAnswerBackForAWhile) {
  fake_now_ns = 1;
  const auto device = faulty(FaultKind::late);
  DeviceBench bench(*device);
  Work& work = bench.digest_work();
  ASSERT_TRUE(bench.submit(work));
  EXPECT_TRUE(bench.poll(kManyPolls).empty());
  EXPECT_EQ(bench.queue().in_flight(), 1u);
  fake_now_ns += 1001;
  EXPECT_EQ(bench.poll(), std::vector<Job*>{&work.job});
  EXPECT_TRUE(work.digest_is_right());
  Work& abandoned = bench.digest_work();
  ASSERT_TRUE(bench.submit(abandoned));
  EXPECT_TRUE(bench.poll(kManyPolls).empty());
  EXPECT_EQ(bench.queue().abandon(abandoned.job), Quiescence::unproven);
  fake_now_ns += 1001;
  EXPECT_TRUE(bench.poll(kManyPolls).empty());
  EXPECT_EQ(device->injected(FaultKind::late), 2u);
}

TEST(FaultyDeviceTest, LetsAnotherAnswerOvertake) {
  const auto device = faulty(FaultKind::reordered, 0.5);
  DeviceBench bench(*device);
  std::vector<Job*> submitted;
  std::vector<Job*> returned;
  for (int round = 0; round < 4; ++round) {
    for (uint32_t i = 0; i < DeviceBench::kDepth; ++i) {
      Work& work = bench.digest_work();
      ASSERT_TRUE(bench.submit(work));
      submitted.push_back(&work.job);
    }
    for (Job* job : bench.poll(kManyPolls)) returned.push_back(job);
  }
  EXPECT_NE(returned, submitted);
  EXPECT_TRUE(std::ranges::is_permutation(returned, submitted));
  EXPECT_GT(device->injected(FaultKind::reordered), 0u);
}

TEST(FaultyDeviceTest, HandsAJobBackTwiceUnlessItIsUnderWayAgain) {
  const auto device = faulty(FaultKind::twice);
  DeviceBench bench(*device);
  Work& work = bench.digest_work();
  ASSERT_TRUE(bench.submit(work));
  EXPECT_EQ(bench.poll(kManyPolls), (std::vector<Job*>{&work.job, &work.job}));
  EXPECT_EQ(device->injected(FaultKind::twice), 1u);
  EXPECT_EQ(bench.queue().in_flight(), 0u);
  ASSERT_TRUE(bench.submit(work));
  EXPECT_EQ(bench.poll(), std::vector<Job*>{&work.job});
  for (size_t i = 0; i < kManyPolls; ++i) {
    ASSERT_TRUE(bench.submit(work));
    ASSERT_EQ(bench.poll(), std::vector<Job*>{&work.job});
  }
  EXPECT_EQ(device->injected(FaultKind::twice), 1u);
}

TEST(FaultyDeviceTest, NeverAnswersAndProvesNothing) {
  const auto device = faulty(FaultKind::never);
  DeviceBench bench(*device);
  Work& work = bench.digest_work();
  ASSERT_TRUE(bench.submit(work));
  EXPECT_TRUE(bench.poll(kManyPolls).empty());
  EXPECT_EQ(bench.queue().abandon(work.job), Quiescence::unproven);
  EXPECT_EQ(work.job.status, JobStatus::failed);
  EXPECT_TRUE(bench.poll(kManyPolls).empty());
  EXPECT_EQ(device->injected(FaultKind::never), 1u);
}

TEST(FaultyDeviceTest, AnswersWhatWasAbandoned) {
  const auto device = faulty(FaultKind::after_abandon);
  DeviceBench bench(*device);
  Work& work = bench.digest_work();
  ASSERT_TRUE(bench.submit(work));
  EXPECT_TRUE(bench.poll(kManyPolls).empty());
  EXPECT_EQ(bench.queue().abandon(work.job), Quiescence::unproven);
  EXPECT_EQ(bench.poll(kManyPolls), std::vector<Job*>{&work.job});
  EXPECT_EQ(work.job.status, JobStatus::failed) << "the job itself is left alone";
  EXPECT_EQ(device->injected(FaultKind::after_abandon), 1u);
}

TEST(FaultyDeviceTest, WritesToMemoryThatItHasGivenBack) {
  const auto device = faulty(FaultKind::write_after_answer);
  DeviceBench bench(*device);
  Work& work = bench.encode_work();
  ASSERT_TRUE(bench.submit(work));
  ASSERT_EQ(bench.poll(), std::vector<Job*>{&work.job});
  EXPECT_TRUE(payload_is_right(work));
  bench.poll(kManyPolls);
  EXPECT_FALSE(payload_is_right(work));
  EXPECT_FALSE(work.input_is_untouched());
  EXPECT_EQ(device->injected(FaultKind::write_after_answer), 1u);
}

TEST(FaultyDeviceTest, LeavesInputAndAnswersAloneWhereItsDriverCopies) {
  const auto device = faulty(FaultKind::write_after_answer, 1, false);
  EXPECT_FALSE(device->capabilities().shares_host_memory);
  DeviceBench bench(*device);
  Work& work = bench.encode_work();
  ASSERT_TRUE(bench.submit(work));
  bench.poll(kManyPolls);
  EXPECT_TRUE(payload_is_right(work));
  EXPECT_TRUE(work.input_is_untouched());
}

TEST(FaultyDeviceTest, WritesToWhatWasAbandonedUntilItIsClosed) {
  const auto device = faulty(FaultKind::write_after_deadline);
  DeviceBench bench(*device);
  Work& work = bench.encode_work();
  const uint8_t first = work.original.front();
  ASSERT_TRUE(bench.submit(work));
  EXPECT_TRUE(bench.poll(kManyPolls).empty());
  EXPECT_TRUE(work.input_is_untouched()) << "not before its time";
  EXPECT_EQ(bench.queue().abandon(work.job), Quiescence::unproven);
  // Once to input and output each, and again.
  while (device->writes_after_abandon() < 4) std::this_thread::yield();
  bench.close();
  EXPECT_NE(work.input.bytes()[0], first);
  EXPECT_NE(work.job.output[0], 0);
  EXPECT_EQ(device->injected(FaultKind::write_after_deadline), 1u);
  std::ranges::fill(work.job.output, uint8_t{0});
  const uint64_t writes = device->writes_after_abandon();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(device->writes_after_abandon(), writes);
  EXPECT_TRUE(all_zero(work.job.output));
}

TEST(FaultyDeviceTest, IsLostWithAllThatItHas) {
  const auto device = faulty(FaultKind::device_lost, 0.25);
  DeviceBench bench(*device);
  DeviceBench other(*device);
  Work& elsewhere = other.digest_work();
  while (!device->lost()) {
    Work& work = bench.digest_work();
    ASSERT_TRUE(bench.submit(work));
    if (device->lost()) break;
    ASSERT_EQ(bench.poll(), std::vector<Job*>{&work.job});
  }
  ASSERT_TRUE(other.submit(elsewhere));
  EXPECT_TRUE(bench.poll(kManyPolls).empty());
  EXPECT_TRUE(other.poll(kManyPolls).empty());
  EXPECT_EQ(other.queue().abandon(elsewhere.job), Quiescence::unproven);
  EXPECT_EQ(bench.queue().leave_generation(), Quiescence::unproven);
  EXPECT_EQ(bench.queue().in_flight(), 0u);
  EXPECT_EQ(device->injected(FaultKind::device_lost), 1u);
}

TEST(FaultyDeviceTest, DoesTheSameByTheSameSeed) {
  std::vector<bool> right[2];
  for (std::vector<bool>& run : right) {
    const auto device = faulty(FaultKind::wrong_digest, 0.3);
    DeviceBench bench(*device);
    for (int i = 0; i < 30; ++i) {
      Work& work = bench.digest_work();
      ASSERT_TRUE(bench.submit(work));
      ASSERT_EQ(bench.poll().size(), 1u);
      run.push_back(work.digest_is_right());
    }
  }
  EXPECT_EQ(right[0], right[1]);
  EXPECT_TRUE(std::ranges::count(right[0], false) > 2 && std::ranges::count(right[0], true) > 2);
}

}  // namespace
}  // namespace penstock
