// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "gateway/metrics_source.h"
#include "http1/http1_tally.h"
#include "intake/intake.h"
#include "quic/quic_server.h"

namespace penstock {

// What the server's parts count beside the gateway. What is not watched yet counts nothing.
class ServerMetrics final : public MetricsSource {
 public:
  explicit ServerMetrics(const Intake& intake) : intake_(&intake) {}

  // Each outlives its being watched.
  void watch(const QuicServer* quic) { quic_.store(quic, std::memory_order_release); }
  void watch(const Http1Tally* tally) { http1_.store(tally, std::memory_order_release); }
  void watch_nothing();

  void write_metrics(MetricsText& to) const override;

 private:
  void write_quic(const QuicServer& quic, MetricsText& to) const;

  const Intake* intake_;
  std::atomic<const QuicServer*> quic_{nullptr};
  std::atomic<const Http1Tally*> http1_{nullptr};
};

}  // namespace penstock
