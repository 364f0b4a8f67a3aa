// SPDX-License-Identifier: Apache-2.0
#include "appliance/loaded_module.h"

#include <dlfcn.h>

#include <filesystem>
#include <string_view>
#include <system_error>

namespace penstock {

std::string LoadedModule::because(const std::string& why) const {
  return why + " (packages: " + packages_ + ")";
}

std::string LoadedModule::find() {
  if (!path_.empty()) return {};
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (!error) {
    for (const auto& folder : {program, program.parent_path() / "lib/penstock"}) {
      if (!std::filesystem::exists(folder / file_, error)) continue;
      path_ = (folder / file_).string();
      return {};
    }
  }
  return because(std::string(role_) + ", " + file_ + ", is not beside this program");
}

std::string LoadedModule::load() {
  if (exported_ != nullptr) return {};
  if (std::string absent = find(); !absent.empty()) return absent;
  void* const object = ::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  const void* const symbol = object == nullptr ? nullptr : ::dlsym(object, symbol_);
  if (symbol == nullptr) {
    const char* const why = ::dlerror();
    return because(std::string(role_) + " cannot be loaded: " + (why == nullptr ? path_ : why));
  }
  const std::string_view build = *static_cast<const char* const*>(symbol);
  if (build != PENSTOCK_MODULE_BUILD)
    return path_ + " is of build " + std::string(build) + ", this program of " PENSTOCK_MODULE_BUILD +
           ": they have to be installed together";
  exported_ = symbol;
  return {};
}

}  // namespace penstock
