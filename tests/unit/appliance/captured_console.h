// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"

namespace penstock {

// A Console that writes into two files without names. One thread.
class CapturedConsole {
 public:
  CapturedConsole();
  ~CapturedConsole();

  Console& console() { return console_; }
  std::string output();  // finishes the console first
  std::string diagnostics();

 private:
  const int output_;
  const int diagnostics_;
  Console console_;
};

}  // namespace penstock
