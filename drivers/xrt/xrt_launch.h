// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_kernel.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/batch/card_link.h"

namespace penstock {

// A run object, made once and launched many times. Its end is told by a thread of the runtime, or any that
// asks it for a state: waiting for several at a time is something that the runtime cannot do in all its
// modes. The runtime touches a run after it has told of its end, so the link keeps it to its own end.
class XrtRun {
 public:
  // `make` makes a run with all its arguments but the input, whose place is `input`; none: the kernel has
  // none. `starting` is the link's. May throw what the runtime throws.
  XrtRun(std::function<xrt::run()> make, std::optional<int> input, LaunchListener& listener,
         std::shared_ptr<std::mutex> starting);
  XrtRun(const XrtRun&) = delete;
  XrtRun& operator=(const XrtRun&) = delete;

  bool start(CardMemory* input, uint64_t token) noexcept;
  // It is not started any more: lets go of its arguments.
  void retire() noexcept;
  // Nobody hears of it any more.
  void silence() noexcept;

 private:
  void make_run();
  void ended(bool well) noexcept;
  uint64_t exchange_token(uint64_t token) noexcept;

  std::function<xrt::run()> make_;
  const std::optional<int> input_;
  const std::shared_ptr<std::mutex> starting_;
  std::vector<xrt::run> runs_;  // the last one is launched; those before it could not be
  bool spent_ = false;          // that one could not be, either
  std::mutex mutex_;
  LaunchListener* listener_;  // null: silent
  uint64_t token_ = 0;        // of the launch under way; 0: none
};

class XrtLaunch final : public CardLaunch {
 public:
  explicit XrtLaunch(std::shared_ptr<XrtRun> run) : run_(std::move(run)) {}
  ~XrtLaunch() override { run_->retire(); }
  XrtLaunch(const XrtLaunch&) = delete;
  XrtLaunch& operator=(const XrtLaunch&) = delete;

  bool start(CardMemory* input, uint64_t token) noexcept override { return run_->start(input, token); }

 private:
  std::shared_ptr<XrtRun> run_;
};

}  // namespace penstock
