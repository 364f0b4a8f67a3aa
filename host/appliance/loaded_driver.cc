// SPDX-License-Identifier: Apache-2.0
#include "appliance/loaded_driver.h"

#include <dlfcn.h>

#include <filesystem>
#include <string_view>
#include <system_error>

namespace penstock {
namespace {

// Empty: this build has none.
std::string find_module(const std::string& file) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  for (const auto& folder : {program, program.parent_path() / "lib/penstock"}) {
    if (std::filesystem::exists(folder / file, error)) return (folder / file).string();
  }
  return {};
}

bool any_loaded = false;

}  // namespace

bool LoadedDriver::any() {
  return any_loaded;
}

// Empty where it is there; else why not.
std::string LoadedDriver::load() {
  if (loaded_ != nullptr) return {};
  const std::string packages = std::string(" (packages: ") + packages_ + ")";
  const std::string path = find_module(file_);
  if (path.empty()) return "its driver, " + std::string(file_) + ", is not beside this program" + packages;
  if (std::string because = no_device_because_(); !because.empty()) return because;
  void* const object = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const void* const symbol = object == nullptr ? nullptr : ::dlsym(object, kDriverModuleSymbol);
  if (symbol == nullptr) {
    const char* const why = ::dlerror();
    return "its driver cannot be loaded: " + std::string(why == nullptr ? path : why) + packages;
  }
  const auto* const module = static_cast<const DriverModule*>(symbol);
  if (module->version != std::string_view(PENSTOCK_VERSION))
    return path + " is of version " + module->version + ", this program of " PENSTOCK_VERSION;
  loaded_ = module;
  any_loaded = true;
  return {};
}

DevicesFound LoadedDriver::find() {
  if (std::string because = load(); !because.empty()) return {0, because};
  return loaded_->driver.find();
}

Result<std::unique_ptr<Device>> LoadedDriver::open(size_t number, const DriverOptions& options) {
  if (const std::string because = load(); !because.empty()) return fail(Errc::failed, file_, because);
  return loaded_->driver.open(number, options);
}

}  // namespace penstock
