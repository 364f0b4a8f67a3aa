// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_launch.h"

#include <utility>

#include "drivers/xrt/xrt_memory.h"

namespace penstock {

XrtLaunch::XrtLaunch(xrt::run run, std::optional<int> input, LaunchListener& listener)
    : run_(std::move(run)), input_(input), listener_(&listener) {
  run_.add_callback(
      ERT_CMD_STATE_COMPLETED,
      [this](const void*, ert_cmd_state state, void*) {
        const uint64_t token = token_.exchange(0);
        if (token != 0) listener_->launch_ended(token, state == ERT_CMD_STATE_COMPLETED);
      },
      nullptr);
}

bool XrtLaunch::start(CardMemory* input, uint64_t token) noexcept {
  const auto* memory = dynamic_cast<const XrtMemory*>(input);
  if (input_.has_value() != (memory != nullptr)) return false;
  try {
    if (input_) run_.set_arg(*input_, memory->object());
    token_.store(token);
    run_.start();
    return true;
  } catch (...) {
    // Where its end was told already, it did start.
    return token_.exchange(0) == 0;
  }
}

}  // namespace penstock
