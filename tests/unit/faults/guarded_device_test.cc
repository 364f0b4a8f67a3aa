// SPDX-License-Identifier: Apache-2.0
#include "offload/guarded_device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "codec/codec.h"
#include "drivers/software/software_device.h"
#include "emulation/faults/faulty_device.h"
#include "offload/dispatcher.h"
#include "unit/faults/device_bench.h"
#include "unit/offload/scripted_device.h"

namespace penstock {
namespace {

using Work = DeviceBench::Work;

constexpr size_t kManyPolls = 100;
constexpr size_t kJobsMax = 2 * DeviceBench::kDepth;  // half of which a queue pair gets

class GuardedDeviceTest : public testing::Test {
 protected:
  DeviceBench& open(FaultKind kind, double rate = 1) {
    FaultOptions options;
    options.rate(kind) = rate;
    faulty_ = std::make_unique<FaultyDevice>(make_software_device({}), options);
    guarded_ = std::make_unique<GuardedDevice>(*faulty_, kJobsMax);
    bench_ = std::make_unique<DeviceBench>(*guarded_);
    return *bench_;
  }
  static bool payload_is_right(const Work& work) {
    std::vector<uint8_t> raw(work.original.size());
    Decoder decoder;
    return work.job.output_length <= work.job.output.size() &&
           decoder.decode(work.job.codec, work.job.output.first(work.job.output_length), raw) &&
           raw == work.original;
  }

  std::unique_ptr<FaultyDevice> faulty_;
  std::unique_ptr<GuardedDevice> guarded_;
  std::unique_ptr<DeviceBench> bench_;
};

TEST_F(GuardedDeviceTest, DoesWhatTheDeviceDoesOnCopies) {
  DeviceBench& bench = open(FaultKind::never, 0);
  EXPECT_FALSE(guarded_->capabilities().shares_host_memory);
  Work& digest = bench.digest_work();
  Work& encode = bench.encode_work();
  ASSERT_TRUE(bench.submit(digest));
  ASSERT_TRUE(bench.submit(encode));
  EXPECT_EQ(bench.poll(2), (std::vector<Job*>{&digest.job, &encode.job}));
  EXPECT_TRUE(digest.digest_is_right());
  EXPECT_TRUE(payload_is_right(encode));
  EXPECT_EQ(bench.queue().counters().bytes_copied, 2u * DeviceBench::kInputBytes + encode.job.output_length);
  EXPECT_EQ(bench.queue().in_flight(), 0u);
}

TEST_F(GuardedDeviceTest, CopiesWhatTheChunksCoverAndNoMore) {
  DeviceBench& bench = open(FaultKind::never, 0);
  Work& work = bench.digest_work();
  work.chunk = {4096, 100};
  ASSERT_TRUE(bench.submit(work));
  ASSERT_EQ(bench.poll().size(), 1u);
  EXPECT_EQ(work.digest, sha256(Bytes(work.original).subspan(4096, 100)));
  EXPECT_EQ(bench.queue().counters().bytes_copied, 100u);
}

TEST_F(GuardedDeviceTest, KeepsWritesFromTheCallersMemory) {
  DeviceBench& bench = open(FaultKind::write_after_answer);
  Work& work = bench.encode_work();
  ASSERT_TRUE(bench.submit(work));
  ASSERT_EQ(bench.poll(), std::vector<Job*>{&work.job});
  bench.poll(kManyPolls);
  ASSERT_EQ(faulty_->injected(FaultKind::write_after_answer), 1u);
  EXPECT_TRUE(payload_is_right(work));
  EXPECT_TRUE(work.input_is_untouched());
}

TEST_F(GuardedDeviceTest, PassesOnALengthThatCannotBeAndNoByteTooMany) {
  DeviceBench& bench = open(FaultKind::overrun);
  Work& work = bench.encode_work();
  ASSERT_TRUE(bench.submit(work));
  ASSERT_EQ(bench.poll().size(), 1u);
  EXPECT_GT(work.job.output_length, work.job.output.size());
  EXPECT_TRUE(all_zero(work.output.bytes().subspan(work.job.output.size())));
}

TEST_F(GuardedDeviceTest, NeverUsesAgainWhatADeviceMayStillTouch) {
  DeviceBench& bench = open(FaultKind::write_after_deadline, 0.5);
  uint32_t lost = 0;
  // Each one that is lost takes a place with it, until none is left.
  for (int i = 0; i < 200 && lost < DeviceBench::kDepth; ++i) {
    Work& work = bench.encode_work();
    ASSERT_TRUE(bench.submit(work)) << lost;
    if (bench.poll() == std::vector<Job*>{&work.job}) {
      EXPECT_TRUE(payload_is_right(work));
    } else {
      EXPECT_EQ(bench.queue().abandon(work.job), Quiescence::proven);
      EXPECT_EQ(work.job.status, JobStatus::failed);
      ++lost;
    }
    EXPECT_TRUE(work.input_is_untouched());
    work.input = Buffer();
    work.output = Buffer();
  }
  EXPECT_EQ(lost, DeviceBench::kDepth);
  Work& work = bench.encode_work();
  EXPECT_FALSE(bench.submit(work));
  // The device goes on writing, to memory that is still there.
  bench.close();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(work.input_is_untouched());
}

TEST_F(GuardedDeviceTest, DropsAnswersToNothing) {
  for (const FaultKind kind : {FaultKind::twice, FaultKind::after_abandon}) {
    DeviceBench& bench = open(kind);
    Work& work = bench.digest_work();
    ASSERT_TRUE(bench.submit(work));
    if (kind == FaultKind::after_abandon) {
      EXPECT_EQ(bench.queue().abandon(work.job), Quiescence::proven);
      EXPECT_TRUE(bench.poll(kManyPolls).empty());
    } else {
      EXPECT_EQ(bench.poll(kManyPolls), std::vector<Job*>{&work.job});
    }
    EXPECT_EQ(faulty_->injected(kind), 1u);
    EXPECT_EQ(bench.queue().counters().stale, 1u);
    bench_.reset();
  }
}

TEST_F(GuardedDeviceTest, ClosesWithJobsInFlight) {
  for (const FaultKind kind : {FaultKind::never, FaultKind::late}) {
    DeviceBench& bench = open(kind);
    ASSERT_TRUE(bench.submit(bench.digest_work()));
    ASSERT_TRUE(bench.submit(bench.encode_work()));
    bench.close();
    bench_.reset();
  }
}

TEST_F(GuardedDeviceTest, AnswersItselfWhatTheDeviceCannotHave) {
  DeviceBench& bench = open(FaultKind::never, 0);
  Work& stale = bench.digest_work();
  stale.job.generation -= 1;
  Work& large = bench.digest_work();
  const std::vector<uint8_t> bytes(guarded_->capabilities().input_bytes_max + 1);
  large.job.input = bytes;
  ASSERT_TRUE(bench.submit(stale));
  ASSERT_TRUE(bench.submit(large));
  EXPECT_EQ(bench.poll().size(), 2u);
  EXPECT_EQ(stale.job.status, JobStatus::stale_generation);
  EXPECT_EQ(large.job.status, JobStatus::unsupported);
}

// A device is told of memory at the start alone: before queue pairs are opened.
TEST_F(GuardedDeviceTest, LendsMemoryThatItTookAtTheStart) {
  DeviceScript script;
  ScriptedDevice device(script);
  GuardedDevice guarded(device, kJobsMax);
  const uint64_t registered = script.registered;
  EXPECT_GT(registered, 0u);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<QueuePair>> queue_pairs;
    for (auto opened = guarded.open_queue_pair(4); opened; opened = guarded.open_queue_pair(4))
      queue_pairs.push_back(std::move(*opened));
    EXPECT_GE(queue_pairs.size(), 4u) << "lanes leave a self-test something";
    EXPECT_LE(queue_pairs.size(), kJobsMax);
  }
  EXPECT_EQ(script.registered, registered);
}

TEST_F(GuardedDeviceTest, SaysWhereItsMemoryWasRefused) {
  DeviceScript script;
  script.refuses_memory = true;
  ScriptedDevice device(script);
  GuardedDevice guarded(device, kJobsMax);
  EXPECT_FALSE(guarded.register_memory({}));
  EXPECT_FALSE(guarded.open_queue_pair(1));
}

TEST_F(GuardedDeviceTest, UsesItsPlacesInTurn) {
  DeviceScript script;
  ScriptedDevice device(script);
  GuardedDevice guarded(device, kJobsMax);
  DeviceBench bench(guarded);
  std::vector<const Job*> places;
  for (uint32_t i = 0; i < DeviceBench::kDepth; ++i) {
    ASSERT_TRUE(bench.submit(bench.digest_work()));
    places.push_back(script.in_flight.front());
    ASSERT_EQ(bench.poll().size(), 1u);
  }
  std::ranges::sort(places);
  EXPECT_EQ(std::ranges::adjacent_find(places), places.end());
}

TEST_F(GuardedDeviceTest, StandsBeforeDevicesOfADispatcherThatShareMemory) {
  const auto cpu = make_software_device({});
  FaultyDevice shares(make_software_device({}), {});
  FaultyDevice copies(make_software_device({}), {.shares_host_memory = false});
  Dispatcher dispatcher({&shares, &copies, cpu.get()}, *cpu, {});
  ASSERT_EQ(dispatcher.members().size(), 3u);
  EXPECT_EQ(&dispatcher.members()[0]->device(), cpu.get());
  EXPECT_NE(&dispatcher.members()[1]->device(), &shares);
  EXPECT_FALSE(dispatcher.members()[1]->capabilities().shares_host_memory);
  EXPECT_EQ(&dispatcher.members()[2]->device(), &copies);
}

}  // namespace
}  // namespace penstock
