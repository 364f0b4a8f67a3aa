// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_counters.h"

#include <algorithm>

namespace penstock {
namespace {

constexpr std::array<std::string_view, 6> kClassNames = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

}  // namespace

void GatewayCounters::count_request(GatewayRoute route, unsigned status) {
  const size_t hundreds = std::min<size_t>(status / 100, kClasses - 1);
  of(route).requests[hundreds].fetch_add(1, std::memory_order_relaxed);
}

void GatewayCounters::count_bytes_in(GatewayRoute route, uint64_t bytes) {
  of(route).bytes_in.fetch_add(bytes, std::memory_order_relaxed);
}

void GatewayCounters::count_bytes_out(GatewayRoute route, uint64_t bytes) {
  of(route).bytes_out.fetch_add(bytes, std::memory_order_relaxed);
}

void GatewayCounters::write_metrics(MetricsText& to) const {
  for (size_t i = 0; i < kGatewayRoutes; ++i) {
    const std::string_view route = gateway_route_name(static_cast<GatewayRoute>(i));
    for (size_t hundreds = 0; hundreds < kClasses; ++hundreds) {
      const std::array labels = {MetricLabel{"route", route}, MetricLabel{"status", kClassNames[hundreds]}};
      to.counter("penstock_requests_total", "Requests that have ended, by their answer's status.",
                 routes_[i].requests[hundreds].load(std::memory_order_relaxed), labels);
    }
    const std::array label = {MetricLabel{"route", route}};
    to.counter("penstock_request_body_bytes_total", "Bytes of requests' bodies that were taken.",
               routes_[i].bytes_in.load(std::memory_order_relaxed), label);
    to.counter("penstock_response_body_bytes_total", "Bytes of responses' bodies that were given out.",
               routes_[i].bytes_out.load(std::memory_order_relaxed), label);
  }
  to.counter("penstock_response_bodies_failed_total",
             "Responses that broke off because their content is damaged or could not be read.",
             failed_bodies_.load(std::memory_order_relaxed));
  to.gauge("penstock_uploads_open", "Uploads under way.", uploads_open_.load(std::memory_order_relaxed));
}

}  // namespace penstock
