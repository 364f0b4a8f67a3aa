// SPDX-License-Identifier: Apache-2.0
#include "gateway/allowed_origins.h"

#include <algorithm>
#include <charconv>

#include "dag/entry_name.h"

namespace penstock {
namespace {

constexpr std::string_view kAny = "*";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    return text.size() > 2 && text.ends_with(']') && text.find(']') == text.size() - 1 &&
           std::ranges::all_of(text.substr(1, text.size() - 2),
                               [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':'; });
  }
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

// Browsers leave the scheme's own port away.
bool is_port(std::string_view scheme, std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || text[0] == '0' || port > 65535)
    return false;
  return !(scheme == "http" && port == 80) && !(scheme == "https" && port == 443);
}

bool is_origin(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = text.substr(0, colon);
  const std::string_view authority = text.substr(colon + 3);
  const size_t bracket = authority.find(']');
  const size_t port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (port != std::string_view::npos && !is_port(scheme, authority.substr(port + 1))) return false;
  return is_scheme(scheme) && is_host(authority.substr(0, port));
}

bool reads(GatewayRoute route) {
  return route == GatewayRoute::ipfs || route == GatewayRoute::store || route == GatewayRoute::have;
}

bool is_operators(GatewayRoute route) {
  return route == GatewayRoute::metrics || route == GatewayRoute::healthz || route == GatewayRoute::none;
}

}  // namespace

Result<AllowedOrigins> AllowedOrigins::parse(std::span<const std::string> origins) {
  AllowedOrigins allowed;
  for (const std::string& origin : origins) {
    if (origin == kAny) {
      allowed.any_may_read_ = true;
    } else if (is_origin(origin)) {
      allowed.origins_.push_back(origin);
    } else {
      return fail(Errc::usage, "'" + printable(origin) + "'", "is not an origin as browsers write it",
                  "give one such as https://example.org or http://127.0.0.1:8081, in lower case, without a "
                  "path and without the port that its scheme has anyway");
    }
  }
  if (allowed.origins_.size() > kOriginsMax)
    return fail(Errc::usage, "origins", "are more than " + std::to_string(kOriginsMax), "list fewer");
  return allowed;
}

std::optional<std::string_view> AllowedOrigins::granted(std::string_view origin, GatewayRoute route) const {
  if (is_operators(route)) return std::nullopt;
  const auto listed = std::ranges::find(origins_, origin);
  if (listed != origins_.end()) return *listed;
  if (any_may_read_ && reads(route)) return kAny;
  return std::nullopt;
}

}  // namespace penstock
