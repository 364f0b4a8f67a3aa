// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"
#include "offload/dispatcher.h"

namespace penstock {

// The devices that --device names, and the CPU behind them: what a put works with.
class ChosenDevices {
 public:
  // As open_devices, from the table of drivers. The CPU takes a share of the work where it is named, or
  // nothing else is there; else it steps in where a device cannot, or fails. `console`, which outlives them,
  // is told what becomes of them.
  static Result<ChosenDevices> open(std::string_view choice, const GlobalOptions& global, Console& console);

  Dispatcher& dispatcher() const { return *dispatcher_; }

 private:
  std::unique_ptr<Dispatcher> dispatcher_;  // owns them
};

}  // namespace penstock
