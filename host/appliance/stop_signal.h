// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace penstock {

// SIGINT, SIGTERM and SIGHUP as a wish to end, for work that ends well by itself: the first one is noted, a
// second one of any of them kills. One at a time in a process.
class StopSignal {
 public:
  StopSignal() = default;
  // What the signals did before they do again.
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // From now on. Signals that are ignored (nohup) stay so.
  void listen();
  static const std::atomic<bool>& requested();

  // Called, in the handler, before a second signal kills: what has to be put right even then. May be null.
  static void before_death(void (*last_act)());

  // Dies by the signal that came, as if it had not been noted: so the shell knows why.
  [[noreturn]] static void die();

 private:
  bool listening_ = false;
};

}  // namespace penstock
