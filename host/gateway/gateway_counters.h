// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "gateway/gateway_route.h"
#include "gateway/metrics_source.h"

namespace penstock {

// What all workers' services have done. Any threads.
class GatewayCounters final : public MetricsSource {
 public:
  // An exchange that has ended; `status` 0: before it was answered.
  void count_request(GatewayRoute route, unsigned status);
  void count_bytes_in(GatewayRoute route, uint64_t bytes);
  void count_bytes_out(GatewayRoute route, uint64_t bytes);
  void count_failed_body() { failed_bodies_.fetch_add(1, std::memory_order_relaxed); }
  void upload_begun() { uploads_open_.fetch_add(1, std::memory_order_relaxed); }
  void upload_ended() { uploads_open_.fetch_sub(1, std::memory_order_relaxed); }

  void write_metrics(MetricsText& to) const override;

 private:
  static constexpr size_t kClasses = 6;  // hundreds of the status; 0: none

  struct OfRoute {
    std::array<std::atomic<uint64_t>, kClasses> requests{};
    std::atomic<uint64_t> bytes_in{0};
    std::atomic<uint64_t> bytes_out{0};
  };

  OfRoute& of(GatewayRoute route) { return routes_[static_cast<size_t>(route)]; }

  std::array<OfRoute, kGatewayRoutes> routes_;
  std::atomic<uint64_t> failed_bodies_{0};
  std::atomic<uint64_t> uploads_open_{0};
};

}  // namespace penstock
