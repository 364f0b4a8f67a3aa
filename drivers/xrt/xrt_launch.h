// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_kernel.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "drivers/batch/card_link.h"

namespace penstock {

// A run object, made once and launched many times. Its end is told by a thread of the runtime, or any that
// asks it for a state: waiting for several at a time is something that the runtime cannot do in all its
// modes. The runtime touches a run after it has told of its end, so the link keeps it to its own end.
class XrtRun {
 public:
  // `input` is the place of the argument that differs; none: the kernel has none. May throw what the runtime
  // throws.
  XrtRun(xrt::run run, std::optional<int> input, LaunchListener& listener);
  XrtRun(const XrtRun&) = delete;
  XrtRun& operator=(const XrtRun&) = delete;

  bool start(CardMemory* input, uint64_t token) noexcept;
  // Nobody hears of it any more.
  void silence() noexcept;

 private:
  void ended(bool well) noexcept;
  uint64_t exchange_token(uint64_t token) noexcept;

  xrt::run run_;
  const std::optional<int> input_;
  std::mutex mutex_;
  LaunchListener* listener_;  // null: silent
  uint64_t token_ = 0;        // of the launch under way; 0: none
};

class XrtLaunch final : public CardLaunch {
 public:
  explicit XrtLaunch(std::shared_ptr<XrtRun> run) : run_(std::move(run)) {}

  bool start(CardMemory* input, uint64_t token) noexcept override { return run_->start(input, token); }

 private:
  std::shared_ptr<XrtRun> run_;
};

}  // namespace penstock
