// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "base/result.h"

namespace penstock {

// Calls `work`, which calls the XRT runtime: that throws, and nothing above it does.
template <class Work>
auto xrt_attempt(const std::string& what, const std::string& remedy, Work&& work)
    -> Result<std::invoke_result_t<Work>> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      std::forward<Work>(work)();
      return {};
    } else {
      return std::forward<Work>(work)();
    }
  } catch (const std::exception& error) {
    return fail(Errc::failed, what, error.what(), remedy);
  } catch (...) {
    return fail(Errc::failed, what, "the runtime failed", remedy);
  }
}

}  // namespace penstock
