// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"

namespace penstock {

// The process's standard output, which carries data alone, and standard error, which carries all the rest.
// print() is one thread's; the other calls are any thread's.
class Console {
 public:
  Console(int output, int diagnostics);

  // Buffered. What goes wrong is kept and told by finish(), and nothing more is written.
  void print(std::string_view data);
  // Writes out what print() has gathered.
  Status finish();

  // `penstock: WHAT: WHY (what to do)`.
  void report(const Error& error);
  // `penstock: note: TEXT`; nothing when quiet.
  void note(std::string_view text);
  // Lines for the person at a terminal; nothing when quiet or when standard error is none.
  void summary(std::string_view text);
  // Replaces the one line that stands below everything else on the terminal; "" removes it.
  void show_status(std::string_view line);

  void set_quiet(bool quiet) { quiet_ = quiet; }
  // Whether there is a person to show progress to.
  bool has_audience() const { return diagnostics_are_terminal_ && !quiet_; }
  bool output_is_terminal() const { return output_is_terminal_; }
  int output() const { return output_; }

 private:
  void write_diagnostics(std::string_view text);  // with mutex_ held

  const int output_;
  const int diagnostics_;
  const bool output_is_terminal_;
  const bool diagnostics_are_terminal_;
  bool quiet_ = false;
  std::string pending_;
  Status outcome_;
  std::mutex mutex_;
  std::string status_line_;
};

}  // namespace penstock
