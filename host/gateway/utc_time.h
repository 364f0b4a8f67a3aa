// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// Seconds since 1970 as "2027-01-31T12:00:00Z" (RFC 3339, in UTC, whole seconds), and back. Nothing but that
// form is taken, and no day that is not in the calendar; years 1970 to 9999.
std::optional<int64_t> parse_utc_time(std::string_view text);
std::string utc_time_text(int64_t seconds);

}  // namespace penstock
