// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace penstock {

// Prints the broken promise and aborts.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace penstock

// An assertion against programmer errors; stays on in release builds.
#define PENSTOCK_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::penstock::check_failed(#condition, __FILE__, __LINE__))
