// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string_view>

namespace penstock {

// What DPDK says, instead of printed as it likes: its complaints go to the EalComplaints of the thread that
// they are made on, and where nobody waits for them to stderr, a few lines at a time. A panic, which ends the
// process, is printed. One a process, to its end; any thread.
class EalLog {
 public:
  static EalLog& instance();

  // For rte_openlog_stream().
  FILE* stream() { return stream_; }
  // In place of stdout and stderr while EAL starts: what it prints there is help, or what it logs as well.
  FILE* nowhere() { return nowhere_; }

 private:
  static constexpr int kLinesMax = 5;  // in each interval
  static constexpr uint64_t kIntervalNs = 10'000'000'000;

  EalLog();
  static ssize_t write(void* self, const char* text, size_t bytes);
  void print(std::string_view line);

  FILE* stream_ = nullptr;
  FILE* nowhere_ = nullptr;
  std::mutex mutex_;
  uint64_t interval_end_ns_ = 0;
  int printed_ = 0;
  uint64_t left_out_ = 0;
};

}  // namespace penstock
