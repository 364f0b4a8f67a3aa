// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_launch.h"

#include "drivers/xrt/xrt_memory.h"

namespace penstock {

XrtRun::XrtRun(std::function<xrt::run()> make, std::optional<int> input, LaunchListener& listener,
               std::shared_ptr<std::mutex> starting)
    : make_(std::move(make)), input_(input), starting_(std::move(starting)), listener_(&listener) {
  make_run();
}

// One callback for all launches: one that is added to a run which has ended is called at once.
void XrtRun::make_run() {
  runs_.push_back(make_());
  runs_.back().add_callback(
      ERT_CMD_STATE_COMPLETED,
      [this](const void*, ert_cmd_state state, void*) { ended(state == ERT_CMD_STATE_COMPLETED); }, nullptr);
  spent_ = false;
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

// A run that could not be started is one that the runtime takes to be under way, for ever: the next launch
// has one of its own.
bool XrtRun::start(CardMemory* input, uint64_t token) noexcept {
  const auto* memory = dynamic_cast<const XrtMemory*>(input);
  if (input_.has_value() != (memory != nullptr)) return false;
  exchange_token(token);
  try {
    if (spent_) make_run();
    if (input_) runs_.back().set_arg(*input_, memory->object());
    // One at a time: where a start fails, the runtime takes the latest that was begun off its list.
    const std::lock_guard lock(*starting_);
    spent_ = true;
    runs_.back().start();
    spent_ = false;
    return true;
  } catch (...) {
    // Where its end was told already, it did start.
    return exchange_token(0) == 0;
  }
}

void XrtRun::retire() noexcept {
  make_ = nullptr;
}

void XrtRun::silence() noexcept {
  const std::lock_guard lock(mutex_);
  listener_ = nullptr;
}

}  // namespace penstock
