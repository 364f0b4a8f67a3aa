// SPDX-License-Identifier: Apache-2.0
#include "appliance/loaded_driver.h"

namespace penstock {
namespace {

bool any_loaded = false;

}  // namespace

bool LoadedDriver::any() {
  return any_loaded;
}

// Empty where it is there; else why not.
std::string LoadedDriver::load() {
  if (std::string absent = module_.find(); !absent.empty()) return absent;
  if (std::string because = no_device_because_(); !because.empty()) return because;
  std::string failed = module_.load();
  if (failed.empty()) any_loaded = true;
  return failed;
}

DevicesFound LoadedDriver::find() {
  if (std::string because = load(); !because.empty()) return {0, because};
  return driver().find();
}

Result<std::unique_ptr<Device>> LoadedDriver::open(size_t number, const DriverOptions& options) {
  if (const std::string because = load(); !because.empty()) return fail(Errc::failed, file_, because);
  return driver().open(number, options);
}

}  // namespace penstock
