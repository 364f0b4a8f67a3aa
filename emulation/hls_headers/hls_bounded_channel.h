// SPDX-License-Identifier: Apache-2.0
#pragma once

// A channel of THREADED mode: a FIFO of a fixed depth between two threads, which wait for each other.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "hls_simulation.h"

namespace hls_simulation {

template <class T>
class BoundedChannel {
 public:
  BoundedChannel(Launch& launch, size_t depth) : launch_(launch), ring_(depth) {}
  BoundedChannel(const BoundedChannel&) = delete;
  BoundedChannel& operator=(const BoundedChannel&) = delete;

  uint64_t size() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return count_;
  }
  // For a process that waits by asking: who asks again before anything moved is let wait a little, and told
  // when the launch was aborted.
  uint64_t polled_size() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (moves_ == moves_polled_) {
      if (launch_.aborted) throw Aborted("launch aborted while a channel was polled");
      changed_.wait_until(lock, Wait(launch_).next_look(), [this] { return moves_ != moves_polled_; });
    }
    moves_polled_ = moves_;
    return count_;
  }
  size_t depth() const { return ring_.size(); }

  void write(const T& item, const char* channel) {
    std::unique_lock<std::mutex> lock(mutex_);
    wait(lock, channel, "writing to ", [this] { return count_ < ring_.size(); });
    push(item);
  }
  T read(const char* channel) {
    std::unique_lock<std::mutex> lock(mutex_);
    wait(lock, channel, "reading from ", [this] { return count_ > 0; });
    return pop();
  }
  bool try_write(const T& item) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (count_ == ring_.size()) return false;
    push(item);
    return true;
  }
  bool try_read(T& item) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (count_ == 0) return false;
    item = pop();
    return true;
  }

 private:
  template <class Ready>
  void wait(std::unique_lock<std::mutex>& lock, const char* channel, const char* what, Ready ready) {
    if (ready()) return;
    Wait waiting(launch_);
    while (!changed_.wait_until(lock, waiting.next_look(), ready)) waiting.look(std::string(what) + channel);
  }
  void push(const T& item) {
    ring_[(first_ + count_) % ring_.size()] = item;
    ++count_;
    moved();
  }
  T pop() {
    const T item = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    --count_;
    moved();
    return item;
  }
  void moved() {
    ++moves_;
    launch_.progress.fetch_add(1, std::memory_order_relaxed);
    changed_.notify_one();  // one producer, one consumer: the other one
  }

  Launch& launch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<T> ring_;
  size_t first_ = 0;
  size_t count_ = 0;
  uint64_t moves_ = 1;
  uint64_t moves_polled_ = 0;
};

}  // namespace hls_simulation
