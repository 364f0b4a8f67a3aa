// SPDX-License-Identifier: Apache-2.0
#include "appliance/stop_signal.h"

#include <array>
#include <csignal>
#include <cstdlib>

namespace penstock {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

std::atomic<bool> stop_requested{false};
std::atomic<int> first_signal{0};
std::atomic<void (*)()> last_act{nullptr};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a handler may set them");

// raise() takes effect when the handler returns.
void note(int signal) {
  int none = 0;
  if (first_signal.compare_exchange_strong(none, signal)) {
    stop_requested = true;
  } else {
    if (void (*const act)() = last_act.load(); act != nullptr) act();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

void StopSignal::listen() {
  listening_ = true;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  for (const int signal : kSignals) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
}

StopSignal::~StopSignal() {
  if (!listening_) return;
  for (const int signal : kSignals) {
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler == note) std::signal(signal, SIG_DFL);
  }
}

const std::atomic<bool>& StopSignal::requested() {
  return stop_requested;
}

void StopSignal::before_death(void (*act)()) {
  last_act = act;
}

void StopSignal::die() {
  std::signal(first_signal, SIG_DFL);
  std::raise(first_signal);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace penstock
