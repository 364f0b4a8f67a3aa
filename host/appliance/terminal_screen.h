// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "monitor/view_screen.h"

namespace penstock {

// The whole of a terminal, on its alternate screen, for a text that is drawn again and again. What was there,
// and how the terminal was set, comes back with leave(), which its end calls too: whoever uses it ends well
// by signals (StopSignal). One at a time in a process, one thread.
class TerminalScreen {
 public:
  // `output`: a terminal. Keys are read from `input`, where that is one too.
  TerminalScreen(int input, int output);
  ~TerminalScreen();
  TerminalScreen(const TerminalScreen&) = delete;
  TerminalScreen& operator=(const TerminalScreen&) = delete;

  void enter();
  void leave();
  // Colours unless NO_COLOR says otherwise (https://no-color.org).
  void draw(const std::vector<ScreenLine>& lines);
  ScreenSize size() const;
  // Since the last call: its size has changed, or it was somebody else's meanwhile.
  bool must_redraw();
  // 'q' was typed.
  bool wants_to_quit();

 private:
  void write_all(const std::string& text) const;
  void stop_as_asked();

  const int input_;
  const int output_;
  const bool colours_;
  bool entered_ = false;
  bool has_keys_ = false;
  termios before_{};
};

}  // namespace penstock
