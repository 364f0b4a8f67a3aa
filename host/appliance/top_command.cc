// SPDX-License-Identifier: Apache-2.0
#include "appliance/top_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <utility>

#include "appliance/command_syntax.h"
#include "appliance/line_text.h"
#include "appliance/stop_signal.h"
#include "appliance/terminal_screen.h"
#include "appliance/top_json.h"
#include "monitor/metrics_client.h"
#include "monitor/server_view.h"
#include "monitor/view_screen.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kIntervalMax = 3600;
constexpr auto kLook = std::chrono::milliseconds(100);  // for keys, signals and the terminal's size
constexpr int kSecondsDigits = 1;

// Looks at a server again and again; keeps the last look, and the one before.
class Watcher {
 public:
  Watcher(MetricsClient& client, std::string server) : client_(client), server_(std::move(server)) {}

  // After an error the last looks stay.
  Status look() {
    PENSTOCK_TRY_ASSIGN(Exposition seen, client_.fetch());
    const auto now = Clock::now();
    before_ = std::exchange(last_, std::move(seen));
    seconds_ = std::chrono::duration<double>(now - looked_at_).count();
    looked_at_ = now;
    return {};
  }
  ServerView view() const {
    return view_server(before_ ? &*before_ : nullptr, last_ ? *last_ : Exposition(), seconds_);
  }
  std::string title() const {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    return fmt::format("penstock top  {}  {:02}:{:02}:{:02}{}", server_, local.tm_hour, local.tm_min,
                       local.tm_sec,
                       before_ ? fmt::format("  over {:.{}f} s", seconds_, kSecondsDigits) : "");
  }
  const std::string& server() const { return server_; }

 private:
  MetricsClient& client_;
  const std::string server_;
  std::optional<Exposition> before_;
  std::optional<Exposition> last_;
  Clock::time_point looked_at_;
  double seconds_ = 0;
};

bool stopped() {
  return StopSignal::requested().load(std::memory_order_relaxed);
}

void rest_until(MetricsClient& client, Clock::time_point end) {
  while (!stopped() && Clock::now() < end) client.rest(std::min(end, Clock::now() + kLook));
}

// Two looks, and what is between them; with `again`, one line of JSON for each further one.
Status print_views(MetricsClient& client, Watcher& watcher, Clock::duration interval, bool json, bool again,
                   Console& console) {
  PENSTOCK_TRY(watcher.look());
  auto next = Clock::now();
  do {
    next = std::max(next + interval, Clock::now());
    rest_until(client, next);
    if (stopped()) return {};
    PENSTOCK_TRY(watcher.look());
    if (json) {
      console.print(server_view_json(watcher.view(), watcher.server()).dump() + "\n");
      PENSTOCK_TRY(console.finish());
    } else {
      ScreenSize size;
      if (console.output_is_terminal())
        size.width = TerminalScreen(STDIN_FILENO, console.output()).size().width;
      for (const ScreenLine& line : screen_lines(watcher.view(), size, watcher.title()))
        console.print(line.text + "\n");
    }
  } while (again);
  return {};
}

// Until 'q' or a signal. What passes, a server that is started again above all, is waited for.
Status show_screen(MetricsClient& client, Watcher& watcher, Clock::duration interval, int output) {
  PENSTOCK_TRY(watcher.look());
  TerminalScreen screen(STDIN_FILENO, output);
  screen.enter();
  std::string trouble;
  const auto draw = [&] {
    screen.draw(screen_lines(watcher.view(), screen.size(), watcher.title(), trouble));
  };
  auto next = Clock::now();
  for (;;) {
    draw();
    next = std::max(next + interval, Clock::now());
    while (Clock::now() < next) {
      client.rest(std::min(next, Clock::now() + kLook));
      if (stopped() || screen.wants_to_quit()) return {};
      if (screen.must_redraw()) draw();
    }
    Status looked = watcher.look();
    if (stopped()) return {};
    if (!looked && client.refused()) return looked;
    trouble = looked ? "" : line_text(looked.error().message());
  }
}

}  // namespace

void TopCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  server.describe_url(syntax);
  server.describe_trust(syntax);
  syntax.value("--interval", interval, "SECONDS", "between two looks (default 1)");
  syntax.flag("--once", once,
              "look twice, print what happened between, and end; so it is where standard output is "
              "no terminal");
  global.describe_json(syntax);
  syntax.examples(
      "  penstock top https://backup:4433 --token-file token     q ends it\n"
      "  penstock top https://backup:4433 --once --interval 10\n"
      "  penstock top https://backup:4433 --json                 a line each second\n"
      "The token has to have the right admin. docs/top.md says what each figure means.\n");
}

// The connection is closed when it returns: a server waits for those that are not.
Status TopCommand::watch(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const uint64_t seconds, parse_count("--interval", interval, 1, kIntervalMax));
  PENSTOCK_TRY_ASSIGN(const ChosenServer chosen, server.choose());
  MetricsClientOptions options;
  options.server = chosen.url;
  options.quic.trust = chosen.trust;
  options.quic.identity = chosen.identity.get();
  options.open_port = chosen.open_port;
  options.token = chosen.token;
  options.stop = &StopSignal::requested();
  MetricsClient client(std::move(options));
  Watcher watcher(client, "https://" + chosen.url.authority);
  const auto every = std::chrono::seconds(seconds);
  if (!once && !global.json && console.output_is_terminal())
    return show_screen(client, watcher, every, console.output());
  return print_views(client, watcher, every, global.json, global.json && !once, console);
}

Result<int> TopCommand::run(const GlobalOptions& global, Console& console) const {
  StopSignal stop;
  stop.listen();
  const Status shown = watch(global, console);
  const Status printed = console.finish();
  // The terminal is as it was: now the shell may know why.
  if (stopped()) StopSignal::die();
  PENSTOCK_TRY(shown);
  PENSTOCK_TRY(printed);
  return 0;
}

}  // namespace penstock
