// SPDX-License-Identifier: Apache-2.0
#include "appliance/driver_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "appliance/loaded_driver.h"
#include "drivers/software/software_device.h"
#include "emulation/card/emulated_card.h"

namespace penstock {
namespace {

// Loading the runtime takes longer than a small put: not where there can be no card. Its kernel driver is
// xocl.
std::string no_xrt_card_because() {
  std::error_code error;
  if (std::getenv("XCL_EMULATION_MODE") != nullptr) return {};
  if (std::filesystem::exists("/sys/bus/pci/drivers/xocl", error)) return {};
  return "no FPGA card: the kernel driver xocl is not loaded (docs/xrt.md)";
}

LoadedDriver& xrt_driver() {
  static LoadedDriver driver("penstock-xrt.so", "libxrt1 to run, libxrt-dev to build", &no_xrt_card_because);
  return driver;
}
DevicesFound find_xrt_cards() {
  return xrt_driver().find();
}
Result<std::unique_ptr<Device>> open_xrt_card(size_t number, const DriverOptions& options) {
  return xrt_driver().open(number, options);
}

DevicesFound find_none_yet() {
  return {0, "this build has no such driver"};
}

constexpr std::array<Driver, 5> kDrivers = {{
    {"xrt", &find_xrt_cards, &open_xrt_card},
    {"compressdev", &find_none_yet, nullptr},
    {"opencl", &find_none_yet, nullptr},
    {"software", &find_software_devices, &open_software_device},
    {"card", &find_emulated_cards, &open_emulated_card},  // behind software, never chosen by itself
}};

// One item of --device.
struct DeviceName {
  std::string_view kind;
  size_t number = 0;

  friend bool operator==(const DeviceName&, const DeviceName&) = default;
};

Result<DeviceName> parse_device_name(std::string_view text) {
  const size_t colon = text.find(':');
  DeviceName name{text.substr(0, colon), 0};
  if (colon == std::string_view::npos) return name;
  const std::string_view digits = text.substr(colon + 1);
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, name.number);
  if (digits.empty() || error != std::errc() || stop != end) {
    return fail(Errc::usage, "--device " + std::string(text), "is not a device",
                "give KIND or KIND:N such as software:0");
  }
  return name;
}

std::string kinds_text(std::span<const Driver> table) {
  std::string text = "auto";
  for (const Driver& driver : table) text.append(", ").append(driver.kind);
  return text;
}

Result<std::unique_ptr<Device>> open_named(std::string_view text, std::span<const Driver> table,
                                           const DriverOptions& options) {
  PENSTOCK_TRY_ASSIGN(const DeviceName name, parse_device_name(text));
  const std::string what = "--device " + std::string(text);
  for (const Driver& driver : table) {
    if (driver.kind != name.kind) continue;
    const DevicesFound found = driver.find();
    if (name.number < found.count) return driver.open(name.number, options);
    std::string why = "is absent: " + found.none_because;
    if (found.count == 1) why = "this machine has one of that kind: " + std::string(driver.kind);
    if (found.count > 1) {
      why = fmt::format("this machine has {} of that kind: {} to {}:{}", found.count, driver.kind,
                        driver.kind, found.count - 1);
    }
    return fail(Errc::failed, what, std::move(why), "see penstock devices");
  }
  if (name.kind == "auto")
    return fail(Errc::usage, what, "auto chooses one, and stands alone", "give just auto");
  return fail(Errc::usage, what, "is not a kind of device", "one of " + kinds_text(table));
}

Result<std::unique_ptr<Device>> open_first(std::span<const Driver> table, const DriverOptions& options) {
  for (const Driver& driver : table) {
    if (driver.find().count == 0) continue;
    auto device = driver.open(0, options);
    if (device) return device;
    if (options.passed_over) options.passed_over(device.error());
  }
  return fail(Errc::failed, "--device auto", "no device of any kind can be used", "see penstock devices");
}

}  // namespace

std::span<const Driver> driver_table() {
  return kDrivers;
}

Result<std::vector<std::unique_ptr<Device>>> open_devices(std::string_view choice,
                                                          std::span<const Driver> table,
                                                          const DriverOptions& options) {
  std::vector<std::unique_ptr<Device>> devices;
  if (choice == "auto") {
    PENSTOCK_TRY_ASSIGN(auto device, open_first(table, options));
    devices.push_back(std::move(device));
    return devices;
  }
  std::vector<DeviceName> names;
  for (std::string_view rest = choice;;) {
    const size_t comma = rest.find(',');
    const std::string_view text = rest.substr(0, comma);
    PENSTOCK_TRY_ASSIGN(const DeviceName name, parse_device_name(text));
    if (std::ranges::find(names, name) != names.end())
      return fail(Errc::usage, "--device " + std::string(choice), "names " + std::string(text) + " twice",
                  "name each device once");
    names.push_back(name);
    PENSTOCK_TRY_ASSIGN(auto device, open_named(text, table, options));
    devices.push_back(std::move(device));
    if (comma == std::string_view::npos) return devices;
    rest = rest.substr(comma + 1);
  }
}

Result<std::unique_ptr<Device>> open_device(std::string_view choice, std::span<const Driver> table,
                                            const DriverOptions& options) {
  PENSTOCK_TRY_ASSIGN(auto devices, open_devices(choice, table, options));
  if (devices.size() == 1) return std::move(devices.front());
  return fail(Errc::usage, "--device " + std::string(choice), "names several devices", "give one");
}

}  // namespace penstock
