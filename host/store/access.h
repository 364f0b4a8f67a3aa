// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock {

// What a store is opened for: one process writes at a time, any number read.
enum class Access : uint8_t { read, write };

}  // namespace penstock
