// SPDX-License-Identifier: Apache-2.0
#include "appliance/chosen_devices.h"

#include <utility>

#include "appliance/device_selftest.h"
#include "appliance/driver_table.h"

namespace penstock {

Result<ChosenDevices> ChosenDevices::open(std::string_view choice, std::span<const Driver> table) {
  ChosenDevices chosen;
  PENSTOCK_TRY_ASSIGN(chosen.devices_, open_devices(choice, table));
  std::vector<Device*> devices;
  Device* cpu = nullptr;
  for (const auto& device : chosen.devices_) {
    devices.push_back(device.get());
    if (device->capabilities().is_cpu) cpu = device.get();
  }
  if (cpu == nullptr) {
    PENSTOCK_TRY_ASSIGN(chosen.cpu_, open_device("software", table));
    cpu = chosen.cpu_.get();
  }
  DispatcherOptions options;
  options.selftest = selftest;
  chosen.dispatcher_ = std::make_unique<Dispatcher>(devices, *cpu, std::move(options));
  return chosen;
}

}  // namespace penstock
