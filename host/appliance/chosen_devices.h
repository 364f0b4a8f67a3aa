// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "offload/dispatcher.h"
#include "offload/driver.h"

namespace penstock {

// The devices that --device names, and the CPU behind them: what a put works with.
class ChosenDevices {
 public:
  using Changed = decltype(DispatcherOptions::changed);

  // As open_devices. The CPU takes a share of the work where it is named, or nothing else is there; else it
  // steps in where a device cannot, or fails. `changed` is told what becomes of them.
  static Result<ChosenDevices> open(std::string_view choice, std::span<const Driver> table,
                                    const DriverOptions& allowed, Changed changed);

  Dispatcher& dispatcher() const { return *dispatcher_; }

 private:
  std::unique_ptr<Dispatcher> dispatcher_;  // owns them
};

}  // namespace penstock
