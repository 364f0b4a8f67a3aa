// SPDX-License-Identifier: Apache-2.0
#include "appliance/chosen_devices.h"

#include <utility>
#include <vector>

#include "appliance/device_selftest.h"
#include "appliance/driver_table.h"

namespace penstock {

Result<ChosenDevices> ChosenDevices::open(std::string_view choice, std::span<const Driver> table,
                                          const DriverOptions& allowed, Changed changed) {
  PENSTOCK_TRY_ASSIGN(auto opened, open_devices(choice, table, allowed));
  std::vector<Device*> devices;
  Device* cpu = nullptr;
  for (const auto& device : opened) {
    devices.push_back(device.get());
    if (device->capabilities().is_cpu) cpu = device.get();
  }
  if (cpu == nullptr) {
    PENSTOCK_TRY_ASSIGN(auto behind, open_device("software", table));
    cpu = behind.get();
    opened.push_back(std::move(behind));
  }
  DispatcherOptions options;
  options.selftest = [](Device& device) { return DeviceSelftest::create(device); };
  options.changed = std::move(changed);
  ChosenDevices chosen;
  chosen.dispatcher_ = std::make_unique<Dispatcher>(devices, *cpu, std::move(options));
  for (auto& device : opened) chosen.dispatcher_->own(std::move(device));
  return chosen;
}

}  // namespace penstock
