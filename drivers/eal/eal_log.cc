// SPDX-License-Identifier: Apache-2.0
#include "drivers/eal/eal_log.h"

#include <rte_log.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "drivers/eal/eal_complaints.h"

namespace penstock {
namespace {

// They say nothing in an error that names DPDK already.
std::string_view without_prefix(std::string_view line) {
  for (const std::string_view prefix : {"EAL: ", "ETHDEV: "}) {
    if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
  }
  return line;
}

ssize_t forget_text(void*, const char*, size_t bytes) {
  return static_cast<ssize_t>(bytes);
}

}  // namespace

EalLog& EalLog::instance() {
  static EalLog& log = *new EalLog;  // DPDK's own threads may write at the process's end
  return log;
}

EalLog::EalLog() {
  stream_ =
      ::fopencookie(this, "w", {.read = nullptr, .write = &EalLog::write, .seek = nullptr, .close = nullptr});
  nowhere_ = ::fopencookie(nullptr, "w",
                           {.read = nullptr, .write = &forget_text, .seek = nullptr, .close = nullptr});
  if (stream_ != nullptr) ::setvbuf(stream_, nullptr, _IOLBF, 4096);
}

ssize_t EalLog::write(void* self, const char* text, size_t bytes) {
  const std::string_view all(text, bytes);
  if (all.find("PANIC in ") != std::string_view::npos) (void)!::write(STDERR_FILENO, text, bytes);
  const int level = rte_log_cur_msg_loglevel();
  if (level <= 0 || level > static_cast<int>(RTE_LOG_WARNING)) return static_cast<ssize_t>(bytes);
  for (size_t at = 0; at < bytes;) {
    const size_t end = std::min(all.find('\n', at), bytes);
    const std::string_view line = without_prefix(all.substr(at, end - at));
    at = end + 1;
    if (line.empty()) continue;
    if (EalComplaints* const complaints = EalComplaints::present(); complaints != nullptr)
      complaints->add(line);
    else
      static_cast<EalLog*>(self)->print(line);
  }
  return static_cast<ssize_t>(bytes);
}

void EalLog::print(std::string_view line) {
  const auto now = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                         std::chrono::nanoseconds(1));
  const std::lock_guard lock(mutex_);
  if (now >= interval_end_ns_) {
    interval_end_ns_ = now + kIntervalNs;
    printed_ = 0;
  }
  if (printed_ == kLinesMax) {
    ++left_out_;
    return;
  }
  ++printed_;
  std::string text = "DPDK: " + std::string(line);
  if (left_out_ != 0) text += " (" + std::to_string(left_out_) + " lines were left out before)";
  left_out_ = 0;
  text += '\n';
  (void)!::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace penstock
