// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

struct PutCommand;

// `put --dry-run`: prints what that put would take, without a lock, and changes nothing. `directory`: the
// store's. Exit code 6 when it met entries that cannot be read.
Result<int> dry_run_put(const PutCommand& command, const GlobalOptions& global, const std::string& directory,
                        Console& console);

}  // namespace penstock
