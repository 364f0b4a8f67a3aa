// SPDX-License-Identifier: Apache-2.0
#include "appliance/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "appliance/line_text.h"

namespace penstock {
namespace {

constexpr size_t kPendingBytesMax = 64 << 10;

// errno, or 0 when all of `data` is written.
int write_all(int descriptor, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(descriptor, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    data.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

size_t terminal_columns(int descriptor) {
  winsize size{};
  const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

Console::Console(int output, int diagnostics)
    : output_(output),
      diagnostics_(diagnostics),
      output_is_terminal_(::isatty(output) == 1),
      diagnostics_are_terminal_(::isatty(diagnostics) == 1) {}

void Console::print(std::string_view data) {
  if (!outcome_) return;
  pending_.append(data);
  if (pending_.size() >= kPendingBytesMax) outcome_ = finish();
}

Status Console::finish() {
  if (!outcome_) return outcome_;
  const int error_number = write_all(output_, pending_);
  pending_.clear();
  if (error_number != 0) outcome_ = fail_errno("standard output", error_number);
  return outcome_;
}

void Console::report(const Error& error) {
  const std::lock_guard lock(mutex_);
  write_diagnostics("penstock: " + line_text(error.message()) + "\n");
}

void Console::note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (!quiet_) write_diagnostics("penstock: note: " + line_text(text) + "\n");
}

void Console::summary(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (has_audience()) write_diagnostics(std::string(text) + "\n");
}

void Console::show_status(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (!has_audience()) return;
  status_line_ = line.substr(0, terminal_columns(diagnostics_) - 1);
  write_diagnostics({});
}

void Console::write_diagnostics(std::string_view text) {
  // A diagnostic that cannot be written has nowhere to go: the exit code still tells.
  std::string whole;
  if (diagnostics_are_terminal_) whole = "\r\x1b[K";
  whole.append(text).append(status_line_);
  static_cast<void>(write_all(diagnostics_, whole));
}

}  // namespace penstock
