// SPDX-License-Identifier: Apache-2.0
// The process that XRT's software emulation starts for each card (as `genericpciemodel`). It lives as long as
// its socket: signals that a terminal or XRT sends to the whole process group do not end it before the host.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

#include "emulation/xrt_card/shim_session.h"
#include "emulation/xrt_card/xrt_card_options.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;

constexpr auto kConnectPatience = 60s;
constexpr auto kConnectInterval = 2ms;

void complain(const Error& error) {
  const char* const card = std::getenv("EMULATION_SOCKETID");
  fmt::print(stderr, "penstock emulated card ({}): {}\n", card != nullptr ? card : "no card",
             error.message());
}

// Where XRT 2.13 listens; other names than these it does not know.
std::string socket_path() {
  const char* const user = std::getenv("USER");
  const char* const card = std::getenv("EMULATION_SOCKETID");
  if (user == nullptr || card == nullptr) return "/tmp/xcl_sock";
  return fmt::format("/tmp/{}/{}", user, card);
}

// Whose child this is, or was: it may end before this process begins. XRT 2.13 ends the socket's name with
// it.
pid_t host_process() {
  const char* const card = std::getenv("EMULATION_SOCKETID");
  const std::string_view name = card != nullptr ? card : "";
  const std::string_view digits = name.substr(name.rfind('_') + 1);
  pid_t host = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), host);
  return error == std::errc() && end == digits.data() + digits.size() && host > 0 ? host : ::getppid();
}

// XRT listens at about the time that it starts this process.
Result<int> connect_to_host(const std::string& path, pid_t host) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Errc::failed, path, "the name is too long for a socket");
  path.copy(address.sun_path, path.size());
  const auto end = std::chrono::steady_clock::now() + kConnectPatience;
  for (;;) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return fail_errno(path);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
    ::close(socket);
    if (::getppid() != host) return fail(Errc::failed, path, "the host's process ended before it listened");
    if (std::chrono::steady_clock::now() > end) return fail_errno(path);
    std::this_thread::sleep_for(kConnectInterval);
  }
}

Status serve(pid_t host) {
  PENSTOCK_TRY_ASSIGN(const XrtCardOptions options,
                      XrtCardOptions::parse(std::getenv("PENSTOCK_EMULATED_CARD_HANG"),
                                            std::getenv("PENSTOCK_EMULATED_CARD_ABI")));
  PENSTOCK_TRY_ASSIGN(const int socket, connect_to_host(socket_path(), host));
  // Not destroyed: at the end a kernel may be running.
  auto* const session = new ShimSession(options, complain);
  return serve_shim(socket, *session);
}

}  // namespace
}  // namespace penstock

int main() {
  // XRT passes on what the host has open, such as a store's lock.
  ::close_range(3, ~0U, 0);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, SIG_IGN);
  const pid_t host = penstock::host_process();
  const penstock::Status status = penstock::serve(host);
  if (status) ::_exit(0);
  penstock::complain(status.error());
  if (::getppid() != host) ::_exit(1);
  // A host whose card ended well in the midst of a call would wait for ever; of this one it hears.
  std::abort();
}
