// SPDX-License-Identifier: Apache-2.0
#include "verify/verify_level.h"

#include <array>
#include <charconv>

namespace penstock {
namespace {

constexpr std::string_view kSample = "sample:";

}  // namespace

Result<VerifyLevel> parse_verify_level(std::string_view text) {
  const auto malformed = [text](const char* why) {
    return fail(Errc::usage, "verify level '" + std::string(text) + "'", why,
                "give full, cross, payload or sample:P with 0 < P <= 1");
  };
  if (text == "full") return VerifyLevel{VerifyLevel::Kind::full, 1.0};
  if (text == "cross") return VerifyLevel{VerifyLevel::Kind::cross, 1.0};
  if (text == "payload") return VerifyLevel{VerifyLevel::Kind::payload, 1.0};
  if (!text.starts_with(kSample)) return malformed("is not known");
  const std::string_view number = text.substr(kSample.size());
  const char* end = number.data() + number.size();
  VerifyLevel level{VerifyLevel::Kind::sample, 0};
  const auto [stop, error] = std::from_chars(number.data(), end, level.fraction);
  if (error != std::errc() || stop != end) return malformed("has no number for P");
  if (!(level.fraction > 0 && level.fraction <= 1)) return malformed("has a P out of range");
  return level;
}

std::string verify_level_text(VerifyLevel level) {
  switch (level.kind) {
    case VerifyLevel::Kind::full:
      return "full";
    case VerifyLevel::Kind::cross:
      return "cross";
    case VerifyLevel::Kind::payload:
      return "payload";
    case VerifyLevel::Kind::sample:
      break;
  }
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), level.fraction);
  return std::string(kSample) + std::string(digits.data(), error == std::errc() ? end : digits.data());
}

}  // namespace penstock
