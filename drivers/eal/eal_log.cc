// SPDX-License-Identifier: Apache-2.0
#include "drivers/eal/eal_log.h"

#include <rte_log.h>
#include <unistd.h>

#include <algorithm>

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
  for (size_t at = 0; at < bytes;) {
    const size_t end = std::min(all.find('\n', at), bytes);
    static_cast<EalLog*>(self)->take(all.substr(at, end - at),
                                     level > 0 && level <= static_cast<int>(RTE_LOG_WARNING));
    at = end + 1;
  }
  return static_cast<ssize_t>(bytes);
}

void EalLog::take(std::string_view line, bool complaint) {
  if (!complaint) return;
  line = without_prefix(line).substr(0, kLineBytesMax);
  if (line.empty()) return;
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(complaints_, line) != complaints_.end()) return;
  // The first ones name the cause, the last one the consequence.
  if (complaints_.size() == kLinesMax) complaints_.pop_back();
  complaints_.emplace_back(line);
}

std::string EalLog::complaints() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const std::string& line : complaints_) text += (text.empty() ? "" : "; ") + line;
  return text;
}

void EalLog::forget() {
  const std::lock_guard lock(mutex_);
  complaints_.clear();
}

}  // namespace penstock
