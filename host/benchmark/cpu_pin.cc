// SPDX-License-Identifier: Apache-2.0
#include "benchmark/cpu_pin.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

namespace penstock {
namespace {

// Every thread of the process, the caller first.
std::vector<pid_t> process_threads() {
  const pid_t self = ::gettid();
  std::vector<pid_t> threads = {self};
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/task", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t thread = 0;
    std::from_chars(name.data(), name.data() + name.size(), thread);
    if (thread != self && thread > 0) threads.push_back(thread);
  }
  return threads;
}

}  // namespace

Result<CpuPin> CpuPin::here() {
  const int cpu = ::sched_getcpu();
  if (cpu < 0 || cpu >= CPU_SETSIZE) return fail_errno("cpu");
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(cpu), &one);
  CpuPin pin;
  for (const pid_t thread : process_threads()) {
    ThreadCpus before{.thread = thread};
    // A thread may end at any time: what is gone needs no pin.
    const bool alive = ::sched_getaffinity(thread, sizeof before.cpus, &before.cpus) == 0;
    if (alive && ::sched_setaffinity(thread, sizeof one, &one) == 0) {
      pin.before_.push_back(before);
    } else if (pin.before_.empty()) {
      return fail_errno("cpu " + std::to_string(cpu));
    }
  }
  return pin;
}

CpuPin::~CpuPin() {
  if (before_.empty()) return;
  for (const pid_t thread : process_threads()) {
    auto known = std::ranges::find(before_, thread, &ThreadCpus::thread);
    if (known == before_.end()) known = before_.begin();
    static_cast<void>(::sched_setaffinity(thread, sizeof known->cpus, &known->cpus));
  }
}

}  // namespace penstock
