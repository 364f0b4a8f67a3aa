// SPDX-License-Identifier: Apache-2.0
#include "appliance/terminal_screen.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "appliance/stop_signal.h"

namespace penstock {
namespace {

// ECMA-48, and what xterm added: the alternate screen, the cursor.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kRed = "\x1b[1;31m";

std::atomic<bool> resized{false};
std::atomic<bool> suspend_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "handlers may set them");

void note_resize(int) {
  resized = true;
}
void note_suspend(int) {
  suspend_asked = true;
}

// What leave() does, for a handler: of the screen that is entered. Not written to while it is `there`.
struct LastWords {
  std::atomic<bool> there{false};
  int input = -1;  // -1: it has no keys
  int output = -1;
  termios before{};
};
LastWords last_words;

void give_back() {
  if (!last_words.there) return;
  if (last_words.input >= 0) ::tcsetattr(last_words.input, TCSANOW, &last_words.before);
  (void)!::write(last_words.output, kLeave.data(), kLeave.size());
}
void quit(int signal) {
  give_back();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

struct Reaction {
  int signal;
  void (*handler)(int);
  struct sigaction before {};
};
std::array reactions{Reaction{SIGWINCH, note_resize}, Reaction{SIGTSTP, note_suspend},
                     Reaction{SIGQUIT, quit}, Reaction{SIGABRT, quit}};

// Without SA_RESTART: a wait ends, and is looked behind. What this process was started to pass over it does.
void begin_handling() {
  for (Reaction& each : reactions) {
    struct sigaction action {};
    action.sa_handler = each.handler;
    sigaction(each.signal, &action, &each.before);
    if (each.before.sa_handler == SIG_IGN) sigaction(each.signal, &each.before, nullptr);
  }
}
void end_handling() {
  for (const Reaction& each : reactions) sigaction(each.signal, &each.before, nullptr);
}

bool wants_colours() {
  const char* const no = std::getenv("NO_COLOR");
  return no == nullptr || *no == '\0';
}

}  // namespace

TerminalScreen::TerminalScreen(int input, int output)
    : input_(input), output_(output), colours_(wants_colours()) {}

TerminalScreen::~TerminalScreen() {
  leave();
}

void TerminalScreen::write_all(const std::string& text) const {
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t put = ::write(output_, rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    // A terminal that has gone is nobody's to look at.
    if (put <= 0) return;
    rest.remove_prefix(static_cast<size_t>(put));
  }
}

void TerminalScreen::enter() {
  if (std::exchange(entered_, true)) return;
  has_keys_ = ::isatty(input_) == 1 && ::tcgetattr(input_, &before_) == 0;
  if (has_keys_) {
    termios keys = before_;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    has_keys_ = ::tcsetattr(input_, TCSANOW, &keys) == 0;
  }
  last_words.input = has_keys_ ? input_ : -1;
  last_words.output = output_;
  last_words.before = before_;
  last_words.there = true;
  StopSignal::before_death(give_back);
  begin_handling();
  write_all(std::string(kEnter));
}

void TerminalScreen::leave() {
  if (!std::exchange(entered_, false)) return;
  if (has_keys_) ::tcsetattr(input_, TCSANOW, &before_);
  write_all(std::string(kLeave));
  StopSignal::before_death(nullptr);
  end_handling();
  last_words.there = false;
}

void TerminalScreen::draw(const std::vector<ScreenLine>& lines) {
  std::string text(kHome);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) text += "\r\n";
    text += kClearLine;  // before: behind a line as wide as the screen it would take its last letter
    const ScreenLine::Tone tone = lines[i].tone;
    const bool toned = colours_ && tone != ScreenLine::Tone::plain;
    if (toned) text += tone == ScreenLine::Tone::alarm ? kRed : kBold;
    text += lines[i].text;
    if (toned) text += kPlain;
  }
  text += kClearBelow;
  write_all(text);
}

ScreenSize TerminalScreen::size() const {
  winsize size{};
  if (::ioctl(output_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {80, 24};
  return {size.ws_col, size.ws_row};
}

// The terminal is the shell's while this process is stopped. Where there is no shell that could go on with it
// the kernel does not stop it.
void TerminalScreen::stop_as_asked() {
  leave();
  std::raise(SIGTSTP);
  enter();
}

bool TerminalScreen::must_redraw() {
  if (suspend_asked.exchange(false)) {
    stop_as_asked();
    return true;
  }
  return resized.exchange(false);
}

bool TerminalScreen::wants_to_quit() {
  if (!has_keys_) return false;
  pollfd waiting{input_, POLLIN, 0};
  while (::poll(&waiting, 1, 0) > 0 && (waiting.revents & POLLIN) != 0) {
    char key = 0;
    if (::read(input_, &key, 1) != 1) return false;
    if (key == 'q' || key == 'Q') return true;
  }
  return false;
}

}  // namespace penstock
