// SPDX-License-Identifier: Apache-2.0
#include "benchmark/cpu_pin.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace penstock {
namespace {

cpu_set_t own_cpus() {
  cpu_set_t cpus;
  EXPECT_EQ(::sched_getaffinity(0, sizeof cpus, &cpus), 0);
  return cpus;
}

// A thread that was there before, and tells its CPUs when it is asked.
class Bystander {
 public:
  ~Bystander() {
    step_ = -1;
    step_.notify_one();
    thread_.join();
  }
  cpu_set_t cpus() {
    const int step = ++step_;
    step_.notify_one();
    while (answered_ != step) answered_.wait(step - 1);
    return cpus_;
  }

 private:
  void run() {
    for (int done = 0;; ++done) {
      step_.wait(done);
      if (step_ < 0) return;
      cpus_ = own_cpus();
      answered_ = done + 1;
      answered_.notify_one();
    }
  }

  std::atomic<int> step_{0};
  std::atomic<int> answered_{0};
  cpu_set_t cpus_{};
  std::thread thread_{[this] { run(); }};
};

TEST(CpuPinTest, HoldsEveryThreadOnOneCpuAndGivesTheirsBack) {
  const cpu_set_t before = own_cpus();
  Bystander bystander;
  cpu_set_t started{};
  {
    const auto pin = CpuPin::here();
    ASSERT_TRUE(pin.has_value());
    const cpu_set_t own = own_cpus();
    const cpu_set_t other = bystander.cpus();
    std::thread([&] { started = own_cpus(); }).join();
    EXPECT_EQ(CPU_COUNT(&own), 1);
    EXPECT_TRUE(CPU_EQUAL(&own, &other));
    EXPECT_TRUE(CPU_EQUAL(&own, &started));
  }
  const cpu_set_t own = own_cpus();
  const cpu_set_t other = bystander.cpus();
  EXPECT_TRUE(CPU_EQUAL(&own, &before));
  EXPECT_TRUE(CPU_EQUAL(&other, &before));
}

TEST(CpuPinTest, FreesThreadsThatStartedUnderIt) {
  const cpu_set_t before = own_cpus();
  auto pin = CpuPin::here();
  ASSERT_TRUE(pin.has_value());
  Bystander bystander;
  static_cast<void>(bystander.cpus());
  { const CpuPin over = std::move(*pin); }
  const cpu_set_t after = bystander.cpus();
  EXPECT_TRUE(CPU_EQUAL(&after, &before));
}

}  // namespace
}  // namespace penstock
