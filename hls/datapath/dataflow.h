// SPDX-License-Identifier: Apache-2.0
#pragma once

// A dataflow region (UG1399, "Dataflow Optimization") that simulation can run on threads:
//
//   void twice(hls::stream<int>& in, hls::stream<int>& out) {
//   #pragma HLS DATAFLOW
//     HLS_REGION(twice);
//     hls::stream<int, 4> between("between");
//     HLS_PROCESS(first, copy(in, between));
//     HLS_PROCESS(second, copy(between, out));
//   }
//
// HLS_REGION comes before the channels. Under synthesis both macros leave the calls alone. In FAST mode the
// calls run where they stand; in THREADED mode each runs on a thread of its own until the region ends, which
// throws what the first of them to fail threw. A region may stand in a process of another one. Processes
// share nothing but channels.

#ifdef __SYNTHESIS__

#define HLS_REGION(name)
#define HLS_PROCESS(name, ...) __VA_ARGS__

#else

#include <hls_simulation.h>

#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "hls/datapath/cycles.h"

namespace fabric {

class DataflowRegion final : public hls_simulation::Region {
 public:
  explicit DataflowRegion(const char* name)
      : name_(name), launch_(hls_simulation::current_launch()), outer_(hls_simulation::current_region()) {
    hls_simulation::current_region() = this;
  }
  // Throws what a process threw, or a Fault where a channel was not drained.
  ~DataflowRegion() noexcept(false) {
    join();
    hls_simulation::current_region() = outer_;
    if (std::uncaught_exceptions() > unwinding_) return;
    if (failure_) std::rethrow_exception(failure_);
    if (!leftover_.empty()) throw hls_simulation::Fault(leftover_);
  }

  template <class Call>
  void run(Call call) {
    if (launch_ == nullptr || launch_->mode == hls_simulation::Mode::kFast) {
      call();
      return;
    }
    processes_.emplace_back([this, call, record = current_cycle_record()] {
      hls_simulation::current_launch() = launch_;
      current_cycle_record() = record;
      try {
        call();
      } catch (const hls_simulation::Aborted&) {
        fail(std::current_exception(), true);
      } catch (...) {
        fail(std::current_exception(), false);
      }
      launch_->progress.fetch_add(1);
    });
  }

  void join() noexcept override {
    for (std::thread& process : processes_) process.join();
    processes_.clear();
  }
  void note_leftover(const char* channel, uint64_t items) override {
    if (!leftover_.empty()) return;
    leftover_ = std::string(name_) + ": " + std::to_string(items) + " left in " + channel;
  }

 private:
  // What the others throw because the launch was aborted says less than why it was.
  void fail(std::exception_ptr failure, bool is_consequence) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!failure_ || (failure_is_consequence_ && !is_consequence)) {
      failure_ = failure;
      failure_is_consequence_ = is_consequence;
    }
    launch_->aborted = true;
  }

  const char* name_;
  const int unwinding_ = std::uncaught_exceptions();
  hls_simulation::Launch* launch_;
  hls_simulation::Region* outer_;
  std::vector<std::thread> processes_;
  std::mutex mutex_;
  std::exception_ptr failure_;
  bool failure_is_consequence_ = false;
  std::string leftover_;
};

}  // namespace fabric

#define HLS_REGION(name) fabric::DataflowRegion hls_region(#name)
#define HLS_PROCESS(name, ...) hls_region.run([&] { __VA_ARGS__; })

#endif
