// SPDX-License-Identifier: Apache-2.0
#include "appliance/own_session.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

#include "appliance/stop_signal.h"

namespace penstock {
namespace {

constexpr int kStopLookMs = 200;

void step_aside(int nice, pid_t parent) {
  static_cast<void>(::prctl(PR_SET_PDEATHSIG, SIGTERM));
  if (::getppid() != parent) ::raise(SIGTERM);  // it died before that was asked for
  static_cast<void>(::setsid());
  // A kernel without autogroups has no such file, and needs none.
  std::ofstream("/proc/self/autogroup") << nice;
}

Result<int> wait_for_end(pid_t child) {
  // By number: sys/pidfd.h of glibc 2.36 declares it for C alone.
  const auto ended = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (ended < 0) return fail_errno("pidfd_open");
  StopSignal signal;
  signal.listen();
  bool passed_on = false;
  pollfd waiting{.fd = ended, .events = POLLIN, .revents = 0};
  while (::poll(&waiting, 1, kStopLookMs) <= 0) {
    if (!StopSignal::requested() || passed_on) continue;
    static_cast<void>(::kill(child, SIGTERM));
    passed_on = true;
  }
  ::close(ended);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return fail_errno("waitpid");
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return fail(Errc::failed, fmt::format("process {}", child),
              fmt::format("was killed by signal {}", WTERMSIG(status)),
              "what it had mounted has to be unmounted: fusermount3 -u");
}

}  // namespace

Result<std::optional<int>> go_on_in_own_session(int nice) {
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return fail_errno("fork");
  if (child == 0) {
    step_aside(nice, parent);
    return std::optional<int>();
  }
  PENSTOCK_TRY_ASSIGN(const int code, wait_for_end(child));
  return std::optional(code);
}

}  // namespace penstock
