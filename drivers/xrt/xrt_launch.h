// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_kernel.h>

#include <atomic>
#include <cstdint>
#include <optional>

#include "drivers/batch/card_link.h"

namespace penstock {

// A run object, made once. Its end is told by a thread of the runtime: waiting for several at a time is
// something that the runtime cannot do in all its modes.
class XrtLaunch final : public CardLaunch {
 public:
  // `input` is the place of the argument that differs; none: the kernel has none. May throw what the runtime
  // throws.
  XrtLaunch(xrt::run run, std::optional<int> input, LaunchListener& listener);

  bool start(CardMemory* input, uint64_t token) noexcept override;

 private:
  xrt::run run_;
  const std::optional<int> input_;
  LaunchListener* listener_;
  std::atomic<uint64_t> token_{0};  // of the launch under way; 0: none
};

}  // namespace penstock
