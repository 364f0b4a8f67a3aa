// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace penstock {

// Rounds of long tests on one thread are divided by this: with ThreadSanitizer they run twenty times as long
// and show nothing that a tenth of them does not.
#ifdef __SANITIZE_THREAD__
constexpr int kBuildSlowdown = 10;
#else
constexpr int kBuildSlowdown = 1;
#endif

}  // namespace penstock
