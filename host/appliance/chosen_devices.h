// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "offload/dispatcher.h"
#include "offload/driver.h"

namespace penstock {

// The devices that --device names, and the CPU behind them: what a put works with.
class ChosenDevices {
 public:
  // As open_devices. The CPU takes a share of the work where it is named, or nothing else is there; else it
  // steps in where a device cannot, or fails.
  static Result<ChosenDevices> open(std::string_view choice, std::span<const Driver> table);

  Dispatcher& dispatcher() const { return *dispatcher_; }

 private:
  std::vector<std::unique_ptr<Device>> devices_;
  std::unique_ptr<Device> cpu_;  // null where it is one of devices_
  std::unique_ptr<Dispatcher> dispatcher_;
};

}  // namespace penstock
