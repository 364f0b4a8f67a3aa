// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "drivers/software/software_device.h"
#include "hash/sha256.h"
#include "offload/dispatcher.h"
#include "unit/offload/lying_device.h"

namespace penstock {
namespace {

constexpr size_t kLanes = 4;
constexpr size_t kDepth = 4;
constexpr size_t kJobs = 2000;  // a lane
constexpr size_t kBytes = 256;

Capabilities digester() {
  Capabilities capabilities;
  capabilities.kind = capabilities.name = "shared";
  capabilities.operations = {Operation::digest};
  capabilities.hashes = {HashId::sha2_256};
  capabilities.input_bytes_max = kBytes;
  capabilities.chunks_max = 1;
  return capabilities;
}

// True but for one job in eight, which fails, or has a status that cannot be.
void answer_now_and_then(Job& job) {
  // The same each time, as far as threads are: NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp)
  thread_local std::mt19937_64 random(1);
  const uint64_t what = random() % 64;
  job.digests.front() = sha256(job.input);
  job.status = what == 0 ? JobStatus::stored : what < 8 ? JobStatus::failed : JobStatus::done;
}

class AlwaysPasses final : public Selftest {
 public:
  SelftestOutcome run(const std::stop_token&) override { return {}; }
  bool quiet() const override { return true; }
};

// A lane: keeps its queue pair full, and holds each job that comes back against what it has to be.
class Lane {
 public:
  Lane(Dispatcher& dispatcher, uint8_t number)
      : pool_(*BufferPool::create("lane", kBytes, 4 * kDepth)),
        queue_pair_(*dispatcher.open_queue_pair(kDepth)),
        jobs_(kDepth),
        digests_(kDepth),
        buffers_(2 * kDepth) {
    for (Buffer& buffer : buffers_) buffer = pool_->acquire();
    for (size_t i = 0; i < kDepth; ++i) {
      Job& job = jobs_[i];
      buffers_[2 * i].bytes()[0] = number;
      buffers_[2 * i].bytes()[1] = static_cast<uint8_t>(i);
      job.input = buffers_[2 * i].bytes();
      job.chunks = {&chunk_, 1};
      job.digests = {&digests_[i], 1};
      job.input_buffer = &buffers_[2 * i];
      job.output_buffer = &buffers_[2 * i + 1];
      job.generation = queue_pair_->generation();
    }
  }

  // How many answers were wrong, or came for a job that was not out.
  size_t run() {
    std::vector<bool> out(kDepth, false);
    std::vector<Job*> finished(kDepth);
    size_t bad = 0;
    for (size_t done = 0; done < kJobs;) {
      for (size_t i = 0; i < kDepth; ++i) {
        Job* job = &jobs_[i];
        if (out[i]) continue;
        digests_[i] = {};
        out[i] = queue_pair_->submit({&job, 1}) == 1;
      }
      const size_t count = queue_pair_->poll(finished);
      for (size_t k = 0; k < count; ++k) {
        const auto i = static_cast<size_t>(finished[k] - jobs_.data());
        if (i >= kDepth || !out[i] || jobs_[i].status != JobStatus::done ||
            digests_[i] != sha256(jobs_[i].input))
          ++bad;
        out[i] = false;
      }
      done += count;
      if (count == 0) std::this_thread::yield();
    }
    queue_pair_.reset();
    return bad;
  }

 private:
  std::unique_ptr<BufferPool> pool_;
  std::unique_ptr<QueuePair> queue_pair_;
  const ChunkRef chunk_{0, kBytes};
  std::vector<Job> jobs_;
  std::vector<Digest> digests_;
  std::vector<Buffer> buffers_;
};

TEST(SharedMemberTest, GivesEachLaneItsOwnWhileDevicesFailAndComeBack) {
  LyingDevice one(digester(), answer_now_and_then);
  LyingDevice other(digester(), answer_now_and_then);
  const auto cpu = make_software_device({});
  DispatcherOptions options;
  options.jobs_stranded_max = 6;  // fewer than the lanes would have out
  options.selftest_pause = std::chrono::microseconds(1);
  options.selftests_max = 16;
  options.selftest = [](Device&) { return std::make_unique<AlwaysPasses>(); };
  Dispatcher dispatcher({&one, &other}, *cpu, options);
  std::atomic<size_t> bad{0};
  {
    std::vector<std::unique_ptr<Lane>> lanes;
    std::vector<std::jthread> threads;
    lanes.reserve(kLanes);
    threads.reserve(kLanes);
    for (size_t i = 0; i < kLanes; ++i)
      lanes.push_back(std::make_unique<Lane>(dispatcher, static_cast<uint8_t>(i)));
    for (auto& lane : lanes) threads.emplace_back([&] { bad += lane->run(); });
  }
  EXPECT_EQ(bad, 0u);
  uint64_t failures = 0;
  for (size_t i = 1; i < 3; ++i) {
    const DispatchMember& member = *dispatcher.members()[i];
    EXPECT_GT(member.counters().jobs, 0u);
    EXPECT_EQ(member.counters().stale, 0u);
    EXPECT_EQ(member.nanoseconds_ahead(), 0u) << "what began has ended";
    failures += member.counters().failed + member.counters().impossible;
  }
  EXPECT_GT(failures, 0u);
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(dispatcher.stranded().reserve()) << "all was released";
}

}  // namespace
}  // namespace penstock
