// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace penstock {

// Whether a sanitizer watches: everything takes five to fifty times longer then, so tests that repeat for
// chance's sake repeat less.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace penstock
