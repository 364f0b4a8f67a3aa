// SPDX-License-Identifier: Apache-2.0
#include "sender/server_url.h"

#include <algorithm>
#include <charconv>

namespace penstock {
namespace {

constexpr std::string_view kScheme = "https://";

Failure bad_url(std::string_view text, const char* why) {
  return fail(Errc::usage, std::string(text), why, "give https://HOST:PORT");
}

bool host_character(char c) {
  return c > 0x20 && c < 0x7f && std::string_view("/@\\\"<>?#[]").find(c) == std::string_view::npos;
}

}  // namespace

Result<ServerUrl> parse_server_url(std::string_view text) {
  if (!text.starts_with(kScheme)) return bad_url(text, "does not begin with https://");
  std::string_view rest = text.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('/') != std::string_view::npos) return bad_url(text, "has a path");
  if (rest.find('@') != std::string_view::npos)
    return bad_url(text, "has a user name; tokens come from a file");
  std::string_view host;
  std::string_view port;
  const bool bracketed = rest.starts_with('[');
  if (bracketed) {
    const size_t end = rest.find(']');
    if (end == std::string_view::npos) return bad_url(text, "has an address without its closing bracket");
    host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else {
    const size_t colon = std::min(rest.find(':'), rest.size());
    host = rest.substr(0, colon);
    port = rest.substr(colon);
  }
  if (host.empty() || !std::ranges::all_of(host, host_character)) return bad_url(text, "has no host name");
  uint16_t number = 443;
  if (!port.empty()) {
    if (!port.starts_with(':')) return bad_url(text, "has something else than a port behind its host");
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc() || end != port.data() + port.size() || number == 0)
      return bad_url(text, "has a port that is not a number from 1 to 65535");
  }
  const std::string shown = bracketed ? "[" + std::string(host) + "]" : std::string(host);
  return ServerUrl{std::string(host), shown + ":" + std::to_string(number)};
}

}  // namespace penstock
