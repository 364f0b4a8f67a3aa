// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_launch.h"

#include "drivers/xrt/xrt_memory.h"

namespace penstock {

// Once for all launches: a callback that is added to a run which has ended is called at once.
XrtRun::XrtRun(xrt::run run, std::optional<int> input, LaunchListener& listener)
    : run_(std::move(run)), input_(input), listener_(&listener) {
  run_.add_callback(
      ERT_CMD_STATE_COMPLETED,
      [this](const void*, ert_cmd_state state, void*) { ended(state == ERT_CMD_STATE_COMPLETED); }, nullptr);
}

void XrtRun::ended(bool well) noexcept {
  const std::lock_guard lock(mutex_);
  const uint64_t token = std::exchange(token_, 0);
  if (token != 0 && listener_ != nullptr) listener_->launch_ended(token, well);
}

uint64_t XrtRun::exchange_token(uint64_t token) noexcept {
  const std::lock_guard lock(mutex_);
  return std::exchange(token_, token);
}

bool XrtRun::start(CardMemory* input, uint64_t token) noexcept {
  const auto* memory = dynamic_cast<const XrtMemory*>(input);
  if (input_.has_value() != (memory != nullptr)) return false;
  exchange_token(token);
  try {
    if (input_) run_.set_arg(*input_, memory->object());
    run_.start();
    return true;
  } catch (...) {
    // Where its end was told already, it did start.
    return exchange_token(0) == 0;
  }
}

void XrtRun::silence() noexcept {
  const std::lock_guard lock(mutex_);
  listener_ = nullptr;
}

}  // namespace penstock
