// SPDX-License-Identifier: Apache-2.0
#include "base/size_text.h"

#include <charconv>
#include <cstdio>

namespace penstock {
namespace {

constexpr std::string_view kSuffixes = "KMGTPE";

}  // namespace

Result<uint64_t> parse_size(std::string_view text) {
  const auto malformed = [&](const char* why) {
    return fail(Errc::usage, "'" + std::string(text) + "'", why,
                "give a number of bytes such as 4096, 64K or 2G");
  };
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range) return malformed("is larger than 64 bits hold");
  if (error != std::errc()) return malformed("is not a size");
  if (stop == end) return number;
  const size_t power = kSuffixes.find(*stop);
  if (power == std::string_view::npos || stop + 1 != end) return malformed("is not a size");
  const int shift = 10 * (static_cast<int>(power) + 1);
  if (number > (UINT64_MAX >> shift)) return malformed("is larger than 64 bits hold");
  return number << shift;
}

std::string exact_size(uint64_t bytes) {
  int power = 0;
  while (bytes != 0 && bytes % 1024 == 0 && power < 6) {
    bytes /= 1024;
    ++power;
  }
  std::string text = std::to_string(bytes);
  if (power > 0) text.push_back(kSuffixes[static_cast<size_t>(power) - 1]);
  return text;
}

std::string human_size(uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  auto value = static_cast<double>(bytes);
  int power = 0;
  while (value >= 1023.5 && power < 6) {
    value /= 1024;
    ++power;
  }
  char text[32];
  static_cast<void>(std::snprintf(text, sizeof text,
                                  value < 9.995   ? "%.2f %ciB"
                                  : value < 99.95 ? "%.1f %ciB"
                                                  : "%.0f %ciB",
                                  value, kSuffixes[static_cast<size_t>(power) - 1]));
  return text;
}

}  // namespace penstock
