// SPDX-License-Identifier: Apache-2.0
#include "gateway/range_field.h"

#include <algorithm>

namespace penstock {
namespace {

// Digits and nothing else; saturating.
std::optional<uint64_t> number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    if (__builtin_mul_overflow(value, uint64_t{10}, &value) ||
        __builtin_add_overflow(value, static_cast<uint64_t>(digit - '0'), &value))
      value = UINT64_MAX;
  }
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<ByteSlice> RangeField::of(uint64_t bytes) const {
  if (!first) {
    const uint64_t length = std::min(last.value_or(0), bytes);
    if (length == 0) return std::nullopt;
    return ByteSlice{bytes - length, length};
  }
  if (*first >= bytes) return std::nullopt;
  const uint64_t end = last && *last < bytes ? *last + 1 : bytes;
  return ByteSlice{*first, end - *first};
}

std::optional<RangeField> parse_range_field(std::string_view text) {
  constexpr std::string_view kUnit = "bytes";
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view unit = trimmed(text.substr(0, equals));
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  if (!std::ranges::equal(unit, kUnit, same)) return std::nullopt;
  const std::string_view range = trimmed(text.substr(equals + 1));
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  RangeField field;
  field.first = number(range.substr(0, dash));
  field.last = number(range.substr(dash + 1));
  if (!field.first && dash > 0) return std::nullopt;
  if (!field.last && dash + 1 < range.size()) return std::nullopt;
  if (!field.first && !field.last) return std::nullopt;
  if (field.first && field.last && *field.first > *field.last) return std::nullopt;
  return field;
}

}  // namespace penstock
