// SPDX-License-Identifier: Apache-2.0
#include "monitor/figure_text.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "base/size_text.h"

namespace penstock {
namespace {

constexpr double kBitsPerByte = 8;
constexpr double kGiga = 1e9;
constexpr double kPercent = 100;
constexpr double kLargest = 9e18;  // that a size is shown of

std::string digits(double value, int behind_point) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.*f", behind_point, value);
  return {text.data(), static_cast<size_t>(length)};
}

// What can be shown: figures come from elsewhere.
bool sound(std::optional<double> value) {
  return value && std::isfinite(*value) && std::fabs(*value) < kLargest;
}

std::string three_digits(std::optional<double> value) {
  if (!sound(value)) return "-";
  const double size = std::fabs(*value);
  return digits(*value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

}  // namespace

std::string count_text(std::optional<double> value) {
  constexpr std::array kUnits = {"", "k", "M", "G", "T", "P", "E"};
  constexpr double kStep = 1000;
  if (!sound(value)) return "-";
  double left = *value;
  size_t unit = 0;
  while (std::fabs(left) >= 999.5 && unit + 1 < kUnits.size()) {
    left /= kStep;
    ++unit;
  }
  const bool whole = unit == 0 && (left == std::floor(left) || std::fabs(left) >= 10);
  return digits(left, whole || std::fabs(left) >= 99.95 ? 0 : 1) + kUnits[unit];
}

std::string gigabytes_text(std::optional<double> bytes) {
  return three_digits(bytes ? std::optional(*bytes / kGiga) : std::nullopt);
}

std::string gigabits_text(std::optional<double> bytes) {
  return three_digits(bytes ? std::optional(*bytes * kBitsPerByte / kGiga) : std::nullopt);
}

std::string percent_text(std::optional<double> part) {
  if (!sound(part)) return "-";
  return digits(*part * kPercent, 0) + " %";
}

std::string ratio_text(std::optional<double> value) {
  return three_digits(value);
}

std::string size_text(std::optional<double> bytes) {
  if (!sound(bytes) || *bytes < 0) return "-";
  return human_size(static_cast<uint64_t>(*bytes));
}

}  // namespace penstock
