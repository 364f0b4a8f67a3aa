// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>

#include "gateway/metrics_source.h"
#include "http1/http1_tally.h"
#include "intake/intake.h"
#include "offload/dispatcher.h"
#include "port/packet_port.h"
#include "quic/quic_server.h"

namespace penstock {

// What the server's parts count beside the gateway. What is not watched yet counts nothing.
class ServerMetrics final : public MetricsSource {
 public:
  // All outlive it.
  struct Parts {
    const Intake* intake;
    const Dispatcher* devices;
    const PacketPort* port;
  };
  explicit ServerMetrics(const Parts& parts)
      : parts_(parts), started_at_(static_cast<uint64_t>(std::time(nullptr))) {}

  // Each outlives its being watched.
  void watch(const QuicServer* quic) { quic_.store(quic, std::memory_order_release); }
  void watch(const Http1Tally* tally) { http1_.store(tally, std::memory_order_release); }
  void watch_nothing();

  void write_metrics(MetricsText& to) const override;

 private:
  void write_quic(const QuicServer& quic, MetricsText& to) const;

  const Parts parts_;
  const uint64_t started_at_;
  std::atomic<const QuicServer*> quic_{nullptr};
  std::atomic<const Http1Tally*> http1_{nullptr};
};

}  // namespace penstock
