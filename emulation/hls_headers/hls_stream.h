// SPDX-License-Identifier: Apache-2.0
#pragma once

// hls::stream of Vitis HLS (UG1399, "HLS Stream Library"): a channel from one process to another. Its depth
// is the second template argument, so that simulation and synthesis agree on it; 2 without one, as in Vitis.
// How it is simulated depends on the launch in which it was made (hls_simulation.h); in FAST mode it is never
// full.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "hls_bounded_channel.h"
#include "hls_fast_channel.h"
#include "hls_simulation.h"

namespace hls {

template <class T, int DEPTH = 0>
class stream;

// What processes take, whatever the depth. Never copied.
template <class T>
class stream<T, 0> {
 public:
  using value_type = T;

  stream() : stream("a channel without a name") {}
  explicit stream(const char* name) : stream(2, name) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  ~stream() {
    if (region_ != nullptr) {
      region_->join();
      if (!empty()) region_->note_leftover(name_, bounded_ != nullptr ? bounded_->size() : fast_.size());
    }
  }

  T read() {
    if (bounded_ != nullptr) return bounded_->read(name_);
    if (fast_.empty())
      throw hls_simulation::Fault(std::string("reading from ") + name_ + ", which stays empty");
    return fast_.read();
  }
  void read(T& item) { item = read(); }
  bool read_nb(T& item) {
    if (bounded_ != nullptr) return bounded_->try_read(item);
    if (fast_.empty()) return false;
    item = fast_.read();
    return true;
  }
  void write(const T& item) {
    if (bounded_ != nullptr) {
      bounded_->write(item, name_);
    } else {
      fast_.write(item);
    }
  }
  bool write_nb(const T& item) {
    if (bounded_ != nullptr) return bounded_->try_write(item);
    fast_.write(item);
    return true;
  }
  bool empty() const { return bounded_ != nullptr ? bounded_->size() == 0 : fast_.empty(); }
  bool full() const { return bounded_ != nullptr && bounded_->size() == bounded_->depth(); }
  size_t size() const { return size_t(bounded_ != nullptr ? bounded_->polled_size() : fast_.size()); }
  // As declared, and without bounds in FAST mode, as in Vitis's own simulation.
  size_t capacity() const {
    return bounded_ != nullptr ? size_t(depth_) : size_t(std::numeric_limits<int>::max());
  }
  stream& operator>>(T& item) {
    read(item);
    return *this;
  }
  stream& operator<<(const T& item) {
    write(item);
    return *this;
  }

 protected:
  stream(int depth, const char* name)
      : name_(name), depth_(depth), region_(hls_simulation::current_region()) {
    hls_simulation::Launch* launch = hls_simulation::current_launch();
    if (launch != nullptr && launch->mode == hls_simulation::Mode::kThreaded) {
      if (launch->depth_max > 0 && launch->depth_max < depth) depth = launch->depth_max;
      bounded_.reset(new hls_simulation::BoundedChannel<T>(*launch, size_t(depth)));
    }
  }

 private:
  const char* name_;
  int depth_;
  hls_simulation::Region* region_;
  std::unique_ptr<hls_simulation::BoundedChannel<T>> bounded_;
  hls_simulation::FastChannel<T> fast_;
};

template <class T, int DEPTH>
class stream : public stream<T, 0> {
  static_assert(DEPTH > 0, "a channel holds something");

 public:
  stream() : stream("a channel without a name") {}
  explicit stream(const char* name) : stream<T, 0>(DEPTH, name) {}
};

}  // namespace hls
