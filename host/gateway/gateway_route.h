// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace penstock {

// Where a request's path leads, by its beginning.
enum class GatewayRoute : uint8_t { objects, uploads, ipfs, store, have, metrics, healthz, none };
inline constexpr size_t kGatewayRoutes = 8;

GatewayRoute gateway_route(std::string_view path);
// For metrics: "objects", ..., "none".
std::string_view gateway_route_name(GatewayRoute route);
// The methods that it takes, as an Allow field lists them; empty for none.
std::string_view gateway_route_methods(GatewayRoute route);
// Whether it takes that method.
bool gateway_route_takes(GatewayRoute route, std::string_view method);

}  // namespace penstock
