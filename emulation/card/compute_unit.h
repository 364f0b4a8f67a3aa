// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>

#include "base/bytes.h"
#include "drivers/batch/card_link.h"

namespace penstock {

// The memory that a launch's arguments point to; empty where the kernel takes none.
struct KernelArguments {
  MutableBytes request;
  MutableBytes input;
  MutableBytes answer;
  MutableBytes arena;
};

// An instance of a kernel, on a thread of its own that begins with the first launch: it does one after the
// other, and the next may be queued while one runs (ap_ctrl_chain). Runs the kernel of hls/ itself.
class ComputeUnit {
 public:
  explicit ComputeUnit(CardKernel kernel) : kernel_(kernel) {}
  ~ComputeUnit() { stop(); }
  ComputeUnit(const ComputeUnit&) = delete;
  ComputeUnit& operator=(const ComputeUnit&) = delete;

  void launch(const KernelArguments& arguments, LaunchListener& listener, uint64_t token);

  // What is queued is dropped; what runs is waited for.
  void stop() noexcept;

  // Since the card was made. Clocks are modelled: of each launch those of the kernel's longest process
  // (docs/hls.md).
  uint64_t launches() const { return launches_.load(std::memory_order_relaxed); }
  uint64_t clocks() const { return clocks_.load(std::memory_order_relaxed); }

 private:
  struct Queued {
    KernelArguments arguments;
    LaunchListener* listener = nullptr;
    uint64_t token = 0;
  };

  void run();
  bool execute(const KernelArguments& arguments) noexcept;

  const CardKernel kernel_;
  std::atomic<uint64_t> launches_{0};
  std::atomic<uint64_t> clocks_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Queued> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

std::string_view card_kernel_text(CardKernel kernel);

}  // namespace penstock
