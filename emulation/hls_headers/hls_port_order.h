// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the users of one port to memory share in THREADED mode: its words come in the order in which they were
// asked for, whoever asked. Words that their user does not take stand before those of all others.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

#include "hls_simulation.h"

namespace hls_simulation {

// Any thread; a user is an address.
class PortOrder {
 public:
  explicit PortOrder(Launch& launch) : launch_(launch) {}
  PortOrder(const PortOrder&) = delete;
  PortOrder& operator=(const PortOrder&) = delete;

  void ask(const void* user, size_t words) {
    const std::lock_guard<std::mutex> lock(mutex_);
    asked_.push_back({user, words});
    launch_.progress.fetch_add(1, std::memory_order_relaxed);
  }
  // Takes a word that the user has asked for, when those before it have been taken.
  void take(const void* user) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto first = [this, user] { return asked_.front().user == user; };
    if (!first()) {
      Wait waiting(launch_);
      while (!changed_.wait_until(lock, waiting.next_look(), first)) waiting.look("reading from a port");
    }
    launch_.progress.fetch_add(1, std::memory_order_relaxed);
    if (--asked_.front().words != 0) return;
    asked_.pop_front();
    changed_.notify_all();
  }

 private:
  struct Request {
    const void* user;
    size_t words;
  };

  Launch& launch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request> asked_;
};

}  // namespace hls_simulation
