// SPDX-License-Identifier: Apache-2.0
#include "appliance/past_time.h"

#include <charconv>
#include <optional>

#include "gateway/utc_time.h"

namespace penstock {
namespace {

// Nobody's files are older, and no sum overflows.
constexpr int64_t kCountMax = 1'000'000'000;
constexpr int64_t kDay = 86400;

// "2026-11-21 12:00" with the T that RFC 3339 has there; nothing where there is no space.
std::string with_t(std::string text) {
  const size_t space = text.find(' ');
  if (space == std::string::npos) return "";
  text[space] = 'T';
  return text;
}

std::optional<int64_t> seconds_of(const std::string& text) {
  int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stop + 1 != end || count < 0 || count > kCountMax) return std::nullopt;
  switch (*stop) {
    case 'y':
      return count * 365 * kDay;
    case 'w':
      return count * 7 * kDay;
    case 'd':
      return count * kDay;
    case 'h':
      return count * 3600;
    case 'm':
      return count * 60;
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<int64_t> parse_past_time(const std::string& option, const std::string& text, int64_t now) {
  if (const auto moment = parse_utc_time(text)) return *moment;
  if (const auto day = parse_utc_time(text + "T00:00:00Z")) return *day;
  if (const auto minute = parse_utc_time(with_t(text) + ":00Z")) return *minute;
  if (const auto second = parse_utc_time(with_t(text) + "Z")) return *second;
  if (text == "today") return now - now % kDay;
  if (text == "yesterday") return now - now % kDay - kDay;
  if (const auto ago = seconds_of(text)) return now - *ago;
  return fail(
      Errc::usage, option, "'" + text + "' is no time",
      "give 2026-11-21, 2026-11-21 12:00 (UTC), today, yesterday, or how long ago: 1y, 2w, 90d, 12h, 30m");
}

}  // namespace penstock
