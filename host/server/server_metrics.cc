// SPDX-License-Identifier: Apache-2.0
#include "server/server_metrics.h"

#include <string>

#include "server/port_metrics.h"
#include "server/work_metrics.h"

namespace penstock {

void ServerMetrics::watch_nothing() {
  quic_.store(nullptr, std::memory_order_release);
  http1_.store(nullptr, std::memory_order_release);
}

void ServerMetrics::write_quic(const QuicServer& quic, MetricsText& to) const {
  const QuicCounts counts = quic.counts();
  for (size_t i = 0; i < kQuicCounts; ++i) {
    const std::string name(quic_count_name(static_cast<QuicCount>(i)));
    to.counter("penstock_quic_" + name + "_total", "HTTP/3: " + name, counts[i]);
  }
  to.gauge("penstock_quic_connections_open", "HTTP/3: connections now", quic.connections());
  write_port_metrics(*parts_.port, quic.queue_packets(), to);
}

void ServerMetrics::write_metrics(MetricsText& to) const {
  to.gauge("penstock_start_time_seconds", "when the server began, since 1970, UTC", started_at_);
  write_intake_metrics(parts_.intake->counters(), to);
  write_device_metrics(*parts_.devices, to);
  to.gauge("penstock_store_failed", "1: nothing more can be stored until the server is started again",
           parts_.intake->error() ? 1 : 0);
  if (const QuicServer* quic = quic_.load(std::memory_order_acquire)) write_quic(*quic, to);
  if (const Http1Tally* tally = http1_.load(std::memory_order_acquire)) {
    for (size_t i = 0; i < kHttp1Counts; ++i) {
      const auto count = static_cast<Http1Count>(i);
      const std::string name(http1_count_name(count));
      to.counter("penstock_http1_" + name + "_total", "HTTP/1.1: " + name, (*tally)[count]);
    }
  }
}

}  // namespace penstock
