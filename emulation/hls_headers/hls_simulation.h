// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a launch of a kernel is simulated; what Vitis's own simulation leaves open. Nothing of it is
// synthesised.
//
// FAST: one thread, channels without bounds; the processes of a dataflow region run one after the other, in
// the order of their calls. THREADED: each process on a thread of its own, channels as deep as declared; a
// launch in which somebody waits and nothing moves for `patience` is a deadlock and ends in an exception in
// every process that waits.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace hls_simulation {

enum class Mode { kFast, kThreaded };

// A read from a channel that stays empty in FAST mode, what is left in a channel when its region ends, or
// nothing moving: defects of the kernel.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct Deadlock : Fault {
  using Fault::Fault;
};
// Thrown in processes that wait when another one of the launch failed.
struct Aborted : Fault {
  using Fault::Fault;
};

// One launch; its processes' threads share it.
struct Launch {
  using Clock = std::chrono::steady_clock;

  Mode mode = Mode::kFast;
  std::chrono::milliseconds patience{10000};
  int depth_max =
      0;  // of any channel, whatever was declared; 0: as declared. For tests of what needs its depth.
  std::atomic<uint64_t> progress{0};  // grows with each transfer, and when a process ends
  std::atomic<bool> aborted{false};
};

// A dataflow region that runs in THREADED mode, as its channels know it.
class Region {
 public:
  Region() = default;
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
  // Waits until all of its processes have ended.
  virtual void join() noexcept = 0;
  // A channel was destroyed with something in it.
  virtual void note_leftover(const char* channel, uint64_t items) = 0;

 protected:
  ~Region() = default;
};

// The calling thread's launch, and the region that it is in the body of; null outside.
inline Launch*& current_launch() {
  static thread_local Launch* launch = nullptr;
  return launch;
}
inline Region*& current_region() {
  static thread_local Region* region = nullptr;
  return region;
}

// Launches of the calling thread are simulated so until the scope ends; without one they are FAST. Scopes
// nest.
class Scope {
 public:
  explicit Scope(Mode mode, std::chrono::milliseconds patience = std::chrono::milliseconds(10000))
      : outer_(current_launch()) {
    launch_.mode = mode;
    launch_.patience = patience;
    current_launch() = &launch_;
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() { current_launch() = outer_; }

  void limit_depth(int depth_max) { launch_.depth_max = depth_max; }

 private:
  Launch launch_;
  Launch* outer_;
};

// How long a process that waits has seen nothing move.
class Wait {
 public:
  explicit Wait(Launch& launch) : launch_(launch), seen_(launch.progress), since_(Launch::Clock::now()) {}

  // When to look again, at the latest.
  Launch::Clock::time_point next_look() const { return Launch::Clock::now() + std::chrono::milliseconds(5); }
  // Call after each look that found nothing. Throws Deadlock or Aborted.
  void look(const std::string& what) {
    if (launch_.aborted) throw Aborted("launch aborted while " + what);
    const uint64_t progress = launch_.progress;
    if (progress != seen_) {
      seen_ = progress;
      since_ = Launch::Clock::now();
    } else if (Launch::Clock::now() - since_ > launch_.patience) {
      launch_.aborted = true;
      throw Deadlock("deadlock: " + what + ", and nothing moves");
    }
  }

 private:
  Launch& launch_;
  uint64_t seen_;
  Launch::Clock::time_point since_;
};

}  // namespace hls_simulation
