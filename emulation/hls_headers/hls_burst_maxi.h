// SPDX-License-Identifier: Apache-2.0
#pragma once

// hls::burst_maxi of Vitis HLS (UG1399, "Using Manual Burst"): memory that a kernel asks for in bursts, well
// before it takes the words, so that the next bursts are on their way while one is read. Reading only: what
// the kernels need. Each process that uses it has a copy; made of a pointer, so that a kernel with such an
// argument is called with one. In THREADED mode the copies are one port (hls_port_order.h), in FAST mode each
// is one of its own.

#include <cstddef>
#include <memory>

#include "hls_fast_channel.h"
#include "hls_port_order.h"
#include "hls_simulation.h"

namespace hls {

template <class T>
class burst_maxi {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): as Vitis has it
  burst_maxi(const T* memory) : memory_(memory) {
    hls_simulation::Launch* launch = hls_simulation::current_launch();
    if (launch != nullptr && launch->mode == hls_simulation::Mode::kThreaded)
      order_ = std::make_shared<hls_simulation::PortOrder>(*launch);
  }
  // Copies have asked for nothing yet.
  burst_maxi(const burst_maxi& other) : memory_(other.memory_), order_(other.order_) {}
  burst_maxi& operator=(const burst_maxi&) = delete;

  // Asks for `count` words from `offset` on, both in words; at least one.
  void read_request(size_t offset, size_t count) {
    if (count == 0) throw hls_simulation::Fault("a burst of no words");
    requests_.write({memory_ + offset, count});
    if (order_ != nullptr) order_->ask(this, count);
  }
  // The next word of the oldest request.
  T read() {
    if (left_ == 0) {
      if (requests_.empty()) throw hls_simulation::Fault("reading a word of memory that was not asked for");
      const Request request = requests_.read();
      next_ = request.first;
      left_ = request.count;
    }
    if (order_ != nullptr) order_->take(this);
    --left_;
    return *next_++;
  }

 private:
  struct Request {
    const T* first;
    size_t count;
  };

  const T* memory_;
  std::shared_ptr<hls_simulation::PortOrder> order_;  // null in FAST mode
  hls_simulation::FastChannel<Request> requests_;     // of one process, hence of one thread
  const T* next_ = nullptr;
  size_t left_ = 0;
};

}  // namespace hls
