// SPDX-License-Identifier: Apache-2.0
// That nothing is allocated on the data path: operator new is counted, a thread, in this program alone.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "bench/micro/null_device.h"
#include "drivers/software/software_device.h"
#include "offload/dispatcher.h"
#include "unit/memory/allocation_count.h"

namespace penstock {
namespace {

uint64_t fake_now_ns = 1;
uint64_t fake_clock() {
  return fake_now_ns;
}

constexpr uint32_t kDepth = 16;

// Sends jobs through two devices that do nothing, and the CPU where they are out.
class DispatchAllocationTest : public testing::Test {
 protected:
  DispatchAllocationTest() {
    options_.now_ns = fake_clock;
    options_.changed = [](const DispatchMember&, const DeviceHealth::Event&) {};
    dispatcher_ = std::make_unique<Dispatcher>(std::vector<Device*>{devices_.data(), devices_.data() + 1},
                                               *cpu_, options_);
    queue_pair_ = *dispatcher_->open_queue_pair(kDepth);
    for (Job& job : jobs_) {
      Buffer* input = &buffers_.emplace_back(pool_->acquire());
      Buffer* output = &buffers_.emplace_back(pool_->acquire());
      job.input = input->bytes();
      job.chunks = {&chunk_, 1};
      job.digests = {&digests_[static_cast<size_t>(&job - jobs_.data())], 1};
      job.input_buffer = input;
      job.output_buffer = output;
      job.generation = queue_pair_->generation();
    }
  }

  // Allocations of so many jobs.
  size_t run(size_t jobs) {
    std::array<Job*, kDepth> finished;
    for (size_t i = 0; i < kDepth; ++i) finished[i] = &jobs_[i];
    const size_t before = allocation_count();
    size_t idle = kDepth;
    for (size_t done = 0; done < jobs;) {
      idle -= queue_pair_->submit(std::span(finished).first(idle));
      std::array<Job*, kDepth> back;
      const size_t count = queue_pair_->poll(back);
      for (size_t i = 0; i < count; ++i) finished[idle++] = back[i];
      done += count;
    }
    while (queue_pair_->in_flight() > 0) queue_pair_->poll(finished);
    return allocation_count() - before;
  }

  DispatcherOptions options_;
  std::array<NullDevice, 2> devices_;
  std::unique_ptr<Device> cpu_ = make_software_device({});
  std::unique_ptr<BufferPool> pool_ = *BufferPool::create("test", 4096, 2 * kDepth + 4);
  std::unique_ptr<Dispatcher> dispatcher_;
  std::deque<Buffer> buffers_;
  ChunkRef chunk_{0, 4096};
  std::array<Digest, kDepth> digests_;
  std::array<Job, kDepth> jobs_;
  std::unique_ptr<QueuePair> queue_pair_;
};

TEST_F(DispatchAllocationTest, CountsWhatIsAllocated) {
  const size_t before = allocation_count();
  const auto held = std::make_unique<std::array<char, 100>>();
  const std::vector<int> numbers(100, held->empty() ? 1 : 2);
  EXPECT_EQ(allocation_count(), before + 2);
}

TEST_F(DispatchAllocationTest, AllocatesNothingForJobsOfDevices) {
  EXPECT_EQ(run(10'000), 0u);
  EXPECT_GT(dispatcher_->members()[1]->counters().jobs, 1000u);
  EXPECT_GT(dispatcher_->members()[2]->counters().jobs, 1000u);
}

TEST_F(DispatchAllocationTest, AllocatesNothingWhenADeviceIsOut) {
  dispatcher_->report_wrong(1, HealthCause::wrong_digest);
  EXPECT_EQ(run(1000), 0u);
  // And when the other is lost in flight, and the CPU does its jobs.
  for (Job& job : jobs_) {
    Job* one = &job;
    ASSERT_EQ(queue_pair_->submit({&one, 1}), 1u);
  }
  const size_t before = allocation_count();
  dispatcher_->lose(2, HealthCause::deadline);
  std::array<Job*, kDepth> finished;
  while (queue_pair_->in_flight() > 0) queue_pair_->poll(finished);
  EXPECT_EQ(allocation_count(), before);
  EXPECT_EQ(run(1000), 0u);
  EXPECT_GT(dispatcher_->members()[0]->counters().jobs, 1000u);
}

}  // namespace
}  // namespace penstock
