// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_route.h"

#include <algorithm>
#include <array>

namespace penstock {
namespace {

struct Row {
  std::string_view name;
  std::string_view path;  // with a '/' at its end: what begins with it
  std::string_view methods;
};

// In the order of GatewayRoute.
constexpr std::array<Row, kGatewayRoutes> kRows = {
    Row{"objects", "/objects/", "PUT"},      Row{"uploads", "/uploads/", "HEAD, PATCH, DELETE"},
    Row{"ipfs", "/ipfs/", "GET, HEAD"},      Row{"store", "/v1/store", "GET, HEAD"},
    Row{"have", "/v1/have", "POST"},         Row{"metrics", "/metrics", "GET, HEAD"},
    Row{"healthz", "/healthz", "GET, HEAD"}, Row{"none", "", ""},
};

const Row& row_of(GatewayRoute route) {
  return kRows[static_cast<size_t>(route)];
}

}  // namespace

GatewayRoute gateway_route(std::string_view path) {
  const auto found = std::ranges::find_if(kRows, [&](const Row& row) {
    return row.path.ends_with('/') ? path.starts_with(row.path) : path == row.path;
  });
  return found == kRows.end() ? GatewayRoute::none : static_cast<GatewayRoute>(found - kRows.begin());
}

std::string_view gateway_route_name(GatewayRoute route) {
  return row_of(route).name;
}

std::string_view gateway_route_methods(GatewayRoute route) {
  return row_of(route).methods;
}

bool gateway_route_takes(GatewayRoute route, std::string_view method) {
  std::string_view methods = row_of(route).methods;
  while (!methods.empty()) {
    const size_t end = std::min(methods.find(','), methods.size());
    if (methods.substr(0, end) == method) return true;
    methods.remove_prefix(std::min(end + 2, methods.size()));
  }
  return false;
}

}  // namespace penstock
