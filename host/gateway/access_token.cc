// SPDX-License-Identifier: Apache-2.0
#include "gateway/access_token.h"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "dag/multibase.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kTokenLetters = (kTokenBytes * 8 + 4) / 5;

}  // namespace

Result<std::string> make_access_token() {
  std::array<uint8_t, kTokenBytes> secret{};
  // Up to 256 bytes come whole, or not at all.
  if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size()))
    return fail_errno("random numbers");
  return std::string(kTokenPrefix) + base32_text(secret);
}

Digest token_digest(std::string_view token) {
  return sha256(as_bytes(token));
}

std::optional<std::string_view> bearer_token(std::string_view field) {
  constexpr std::string_view kScheme = "bearer ";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  if (!std::ranges::equal(field.substr(0, kScheme.size()), kScheme, same)) return std::nullopt;
  std::string_view token = field.substr(kScheme.size());
  while (token.starts_with(' ')) token.remove_prefix(1);
  while (token.ends_with(' ')) token.remove_suffix(1);
  if (!token.starts_with(kTokenPrefix) || token.size() != kTokenPrefix.size() + kTokenLetters)
    return std::nullopt;
  return token;
}

}  // namespace penstock
