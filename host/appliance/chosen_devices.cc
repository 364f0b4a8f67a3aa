// SPDX-License-Identifier: Apache-2.0
#include "appliance/chosen_devices.h"

#include <utility>
#include <vector>

#include "appliance/device_selftest.h"
#include "appliance/device_text.h"
#include "appliance/driver_table.h"

namespace penstock {

Result<ChosenDevices> ChosenDevices::open(std::string_view choice, const GlobalOptions& global,
                                          Console& console) {
  const DriverOptions allowed{.program = global.program,
                              .passed_over = [&](const Error& error) { console.note(error.message()); }};
  PENSTOCK_TRY_ASSIGN(auto opened, open_devices(choice, driver_table(), allowed));
  std::vector<Device*> devices;
  Device* cpu = nullptr;
  for (const auto& device : opened) {
    devices.push_back(device.get());
    if (device->capabilities().is_cpu) cpu = device.get();
  }
  if (cpu == nullptr) {
    PENSTOCK_TRY_ASSIGN(auto behind, open_device("software", driver_table()));
    cpu = behind.get();
    opened.push_back(std::move(behind));
  }
  DispatcherOptions options;
  options.selftest = [](Device& device) { return DeviceSelftest::create(device); };
  options.changed = [&console](const DispatchMember& member, const DeviceHealth::Event& event) {
    tell_change(console, member, event);
  };
  ChosenDevices chosen;
  chosen.dispatcher_ = std::make_unique<Dispatcher>(devices, *cpu, std::move(options));
  for (auto& device : opened) chosen.dispatcher_->own(std::move(device));
  return chosen;
}

}  // namespace penstock
