// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/error.h"

namespace penstock {

// Why an entry of a walk cannot be read, by the error number of the call that failed: partial, or failed
// where the process or the machine has run out of something, so that nothing more can be read.
Error read_fault(std::string path, int error_number);

inline constexpr const char* kRaceRemedy = "put again when nothing else changes the tree";

}  // namespace penstock
