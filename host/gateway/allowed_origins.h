// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/gateway_route.h"

namespace penstock {

// The origins (RFC 6454) whose pages browsers may let at this server's answers. One that is listed: all
// routes but those for the operator, /metrics and /healthz. "*", any page: the routes that read. A page has
// to have a token of its own either way: nothing that a browser keeps for this server, such as a client's
// certificate, goes with its requests. A value.
class AllowedOrigins {
 public:
  static constexpr size_t kOriginsMax = 64;

  // usage error: one is neither "*" nor as browsers write an origin, https://example.org or
  // http://127.0.0.1:8081.
  static Result<AllowedOrigins> parse(std::span<const std::string> origins);

  bool empty() const { return origins_.empty() && !any_may_read_; }
  // What an answer of that route says of a request from `origin`: the origin as it is listed, or "*";
  // nothing: it may not see the answer.
  std::optional<std::string_view> granted(std::string_view origin, GatewayRoute route) const;

 private:
  std::vector<std::string> origins_;
  bool any_may_read_ = false;
};

}  // namespace penstock
