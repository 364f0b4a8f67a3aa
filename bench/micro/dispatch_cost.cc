// SPDX-License-Identifier: Apache-2.0
// dispatch_cost [ROUNDS]: what the dispatcher costs of CPU time a job, in nanoseconds, over devices that
// accept and give back at once. Their queue pair alone stands beside it. The least of ROUNDS (9) rounds each.
#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/check.h"
#include "drivers/software/software_device.h"
#include "micro/null_device.h"
#include "offload/dispatcher.h"

namespace {

using namespace penstock;

constexpr size_t kJobs = 200'000;  // a round and lane
constexpr size_t kInputBytes = 1 << 20;
constexpr uint32_t kDepthMax = NullDevice::kDepth;

uint64_t thread_cpu_ns() {
  timespec now{};
  PENSTOCK_CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// Keeps `depth` jobs under way, one submitted at a time as a lane does. CPU nanoseconds of this thread.
uint64_t drive(QueuePair& queue_pair, size_t depth, BufferPool& pool) {
  std::array<Buffer, 2> buffers = {pool.acquire(), pool.acquire()};
  const ChunkRef chunk{0, kInputBytes};
  Digest digest;
  std::vector<Job> jobs(depth);
  std::vector<Job*> idle;
  for (Job& job : jobs) {
    job.input = buffers[0].bytes();
    job.chunks = {&chunk, 1};
    job.digests = {&digest, 1};
    job.input_buffer = buffers.data();
    job.output_buffer = buffers.data() + 1;
    job.generation = queue_pair.generation();
    idle.push_back(&job);
  }
  std::vector<Job*> finished(depth);
  const uint64_t begun_ns = thread_cpu_ns();
  for (size_t done = 0; done < kJobs;) {
    while (!idle.empty() && queue_pair.submit({&idle.back(), 1}) == 1) idle.pop_back();
    const size_t count = queue_pair.poll(finished);
    idle.insert(idle.end(), finished.begin(), finished.begin() + static_cast<ptrdiff_t>(count));
    done += count;
  }
  const uint64_t took_ns = thread_cpu_ns() - begun_ns;
  while (queue_pair.in_flight() > 0) queue_pair.poll(finished);
  return took_ns;
}

double nanoseconds_a_job(const std::function<std::unique_ptr<QueuePair>()>& open, size_t lanes, size_t depth,
                         int rounds, BufferPool& pool) {
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    std::vector<uint64_t> took(lanes);
    {
      std::vector<std::jthread> threads;
      for (size_t i = 0; i < lanes; ++i)
        threads.emplace_back([&, i, queue_pair = open()] { took[i] = drive(*queue_pair, depth, pool); });
    }
    uint64_t all = 0;
    for (const uint64_t one : took) all += one;
    best = std::min(best, static_cast<double>(all) / static_cast<double>(kJobs * lanes));
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? static_cast<int>(std::strtol(argv[1], nullptr, 10)) : 9;
  const auto pool = *BufferPool::create("cost", kInputBytes, 8);
  const auto cpu = make_software_device({});
  fmt::print("ns of CPU a job\nlanes devices depth  dispatcher  null queue pair alone\n");
  for (const size_t lanes : {1, 2}) {
    for (const size_t count : {1, 2, 3}) {
      std::vector<NullDevice> devices(count);
      std::vector<Device*> pointers;
      pointers.reserve(count);
      for (NullDevice& device : devices) pointers.push_back(&device);
      DispatcherOptions options;
      options.jobs_stranded_max = 2 * kDepthMax;
      Dispatcher dispatcher(pointers, *cpu, options);
      for (const uint32_t depth : {1U, 16U, 64U}) {
        const auto through = [&] { return *dispatcher.open_queue_pair(depth); };
        const auto alone = [] { return *NullDevice().open_queue_pair(kDepthMax); };
        fmt::print("{:>5} {:>7} {:>5} {:>11.0f} {:>12.1f}\n", lanes, count, depth,
                   nanoseconds_a_job(through, lanes, depth, rounds, *pool),
                   nanoseconds_a_job(alone, lanes, depth, rounds, *pool));
      }
    }
  }
  return 0;
}
