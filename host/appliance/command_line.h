// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "appliance/console.h"

namespace penstock {

// Runs the tool on `arguments` (without the program's name) and returns its exit code: 0, an Errc's value, or
// what docs/command-line.md says. Every error ends here and is printed once.
int run_command_line(const std::vector<std::string>& arguments, Console& console);

}  // namespace penstock
