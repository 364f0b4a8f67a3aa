// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "drivers/software/software_device.h"
#include "offload/dispatcher.h"
#include "unit/offload/scripted_device.h"

namespace penstock {

// A dispatcher over scripted devices, with a clock of its own.
constexpr size_t kBufferBytes = 64 << 10;

inline std::atomic<uint64_t> fake_now_ns{0};
inline std::atomic<uint64_t> fake_tick_ns{0};  // that each look at the clock takes
inline uint64_t fake_clock() {
  return fake_now_ns += fake_tick_ns;
}

// A self-test that does what it is told.
class ScriptedSelftest final : public Selftest {
 public:
  using Run = std::function<SelftestOutcome(const std::stop_token&)>;

  // `ended` is set when it is destroyed.
  explicit ScriptedSelftest(Run run, bool quiet = true, std::atomic<bool>* ended = nullptr)
      : run_(std::move(run)), quiet_(quiet), ended_(ended) {}
  ~ScriptedSelftest() override {
    if (ended_ != nullptr) *ended_ = true;
  }
  ScriptedSelftest(const ScriptedSelftest&) = delete;
  ScriptedSelftest& operator=(const ScriptedSelftest&) = delete;

  SelftestOutcome run(const std::stop_token& stop) override { return run_(stop); }
  bool quiet() const override { return quiet_; }

 private:
  Run run_;
  bool quiet_;
  std::atomic<bool>* ended_;
};

inline SelftestOutcome selftest_verdict(SelftestOutcome::Verdict verdict) {
  return {verdict, "as the script says"};
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
    fake_tick_ns = 0;
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

  // The clock goes on by so much, and the queue is polled all the while.
  std::vector<Job*> poll_for(std::chrono::nanoseconds time) {
    constexpr uint64_t kStep = 10'000'000;
    std::vector<Job*> back;
    const uint64_t end = fake_now_ns + static_cast<uint64_t>(time.count());
    while (fake_now_ns < end) {
      fake_now_ns = std::min(fake_now_ns + kStep, end);
      for (Job* job : poll()) back.push_back(job);
    }
    return back;
  }

  DispatchMember& member(size_t i) { return *dispatcher_->members()[i]; }

  // Until `done` says so; a test that waits for ever is ended by ctest.
  static void wait_until(const std::function<bool()>& done) {
    while (!done()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  std::deque<DeviceScript> scripts_;
  DispatcherOptions options_;
  std::unique_ptr<Device> cpu_ = make_software_device({});
  std::unique_ptr<BufferPool> pool_ = *BufferPool::create("test", kBufferBytes, 64);
  std::vector<std::unique_ptr<Device>> scripted_;
  std::deque<Work> work_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<QueuePair> queue_;
};

}  // namespace penstock
