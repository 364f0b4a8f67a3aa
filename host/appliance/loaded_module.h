// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace penstock {

// A shared object of this build whose runtime may be missing where the program runs: beside the program, or
// in ../lib/penstock from there. It is loaded when it is needed, and stays to the end of the process. One
// thread.
class LoadedModule {
 public:
  // `role`: what it is, for messages: "its driver". `packages` may be missing where `file` cannot be loaded.
  // What it exports under `symbol` begins with its build (cmake/ModuleBuild.cmake), a const char*.
  LoadedModule(const char* role, const char* file, const char* packages, const char* symbol)
      : role_(role), file_(file), packages_(packages), symbol_(symbol) {}

  // Each empty where it is so; else why it is not, and what is missing.
  std::string find();
  std::string load();

  // Where it is loaded.
  template <class Exported>
  const Exported& exported() const {
    return *static_cast<const Exported*>(exported_);
  }

 private:
  std::string because(const std::string& why) const;

  const char* const role_;
  const char* const file_;
  const char* const packages_;
  const char* const symbol_;
  std::string path_;
  const void* exported_ = nullptr;
};

}  // namespace penstock
