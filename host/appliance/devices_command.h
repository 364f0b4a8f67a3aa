// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock devices`: lists the table of drivers with what is there, and the FPGA programs that are trusted.
struct DevicesCommand {
  static constexpr const char* kName = "devices";
  static constexpr const char* kHelp = "list the devices that can do the work";

  bool selftest = false;
  std::string trust;  // an xclbin to list; empty: none

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  // Exit code 1 when a device that is there cannot be opened, or fails its self-test.
  Result<int> run(const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
