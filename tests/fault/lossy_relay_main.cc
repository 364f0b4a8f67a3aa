// SPDX-License-Identifier: Apache-2.0
// A bad network in front of a UDP server: prints the port that clients use, runs until SIGTERM, and prints
// what it did.
//   lossy_relay --server ADDR:PORT [--listen ADDR:PORT] [--seed N] [--loss %] [--reorder %] [--duplicate %]
//               [--alter %] [--delay-ms N] [--reorder-ms N] [--packet-bytes-max N] [--bytes-per-second N]
//               [--capture FILE]
#include <sys/resource.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "fault/lossy_relay.h"

namespace penstock {
namespace {

[[noreturn]] void end_with(const std::string& why) {
  std::fprintf(stderr, "lossy_relay: %s\n", why.c_str());
  std::exit(2);
}

double number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0))
    end_with(text + " is no number");
  return value;
}

double share(const std::string& text) {
  const double percent = number(text);
  if (percent > 100) end_with(text + " is more than all");
  return percent / 100;
}

std::chrono::microseconds milliseconds(const std::string& text) {
  return std::chrono::microseconds(static_cast<int64_t>(number(text) * 1000));
}

NetAddress address(const std::string& text) {
  const auto parsed = parse_net_address(text);
  if (!parsed) end_with(parsed.error().message());
  return *parsed;
}

LossyRelayOptions options_of(int argc, char** argv) {
  LossyRelayOptions options;
  LossyPathOptions& path = options.path;
  using Setter = std::function<void(const std::string&)>;
  const std::map<std::string_view, Setter> setters = {
      {"--server", [&](const std::string& text) { options.server = address(text); }},
      {"--listen", [&](const std::string& text) { options.listen = address(text); }},
      {"--seed", [&](const std::string& text) { path.seed = static_cast<uint64_t>(number(text)); }},
      {"--loss", [&](const std::string& text) { path.loss = share(text); }},
      {"--reorder", [&](const std::string& text) { path.reordering = share(text); }},
      {"--duplicate", [&](const std::string& text) { path.duplication = share(text); }},
      {"--alter", [&](const std::string& text) { path.alteration = share(text); }},
      {"--capture", [&](const std::string& text) { options.capture = text; }},
      {"--delay-ms", [&](const std::string& text) { path.delay = milliseconds(text); }},
      {"--reorder-ms", [&](const std::string& text) { path.reordering_time = milliseconds(text); }},
      {"--packet-bytes-max",
       [&](const std::string& text) { path.packet_bytes_max = static_cast<size_t>(number(text)); }},
      {"--bytes-per-second",
       [&](const std::string& text) { path.bytes_per_second = static_cast<uint64_t>(number(text)); }}};
  for (int i = 1; i < argc; i += 2) {
    const auto setter = setters.find(argv[i]);
    if (setter == setters.end() || i + 1 == argc)
      end_with(std::string(argv[i]) + ": unknown, or without a value");
    setter->second(argv[i + 1]);
  }
  if (options.server.empty()) end_with("--server is missing");
  return options;
}

// Each client has a socket.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(int argc, char** argv) {
  const LossyRelayOptions options = options_of(argc, argv);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  allow_many_descriptors();
  const auto relay = LossyRelay::start(options);
  if (!relay) end_with(relay.error().message());
  std::printf("%u\n", (*relay)->address().port());
  std::fflush(stdout);
  int signal = 0;
  ::sigwait(&ends, &signal);
  (*relay)->stop();
  std::fputs((*relay)->counters().text().c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  return penstock::run(argc, argv);
}
