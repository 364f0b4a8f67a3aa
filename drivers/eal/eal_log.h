// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace penstock {

// What DPDK says, kept instead of printed: its complaints are the reasons in our errors. One a process, to
// its end; any thread. A panic, which ends the process, is printed.
class EalLog {
 public:
  static EalLog& instance();

  // For rte_openlog_stream().
  FILE* stream() { return stream_; }
  // In place of stdout and stderr while EAL starts: what it prints there is help, or what it logs as well.
  FILE* nowhere() { return nowhere_; }
  // Errors and warnings since forget(), joined by "; ", repetitions and prefixes left out. Empty: none.
  std::string complaints() const;
  void forget();

 private:
  static constexpr size_t kLinesMax = 8;
  static constexpr size_t kLineBytesMax = 300;

  EalLog();
  static ssize_t write(void* self, const char* text, size_t bytes);
  void take(std::string_view line, bool complaint);

  FILE* stream_ = nullptr;
  FILE* nowhere_ = nullptr;
  mutable std::mutex mutex_;
  std::deque<std::string> complaints_;
};

}  // namespace penstock
