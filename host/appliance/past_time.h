// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace penstock {

// A moment as options take it, all in UTC: "2026-11-21T12:00:00Z", "2026-11-21 12:00:00", "2026-11-21 12:00",
// the first moment of "2026-11-21", "today" or "yesterday"; or how long before `now`: "1y" (365 days), "2w",
// "90d", "12h", "30m". Seconds since 1970. usage error, naming `option`: none of these.
Result<int64_t> parse_past_time(const std::string& option, const std::string& text, int64_t now);

}  // namespace penstock
