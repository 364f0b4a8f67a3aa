// SPDX-License-Identifier: Apache-2.0
#include "server/server_metrics.h"

#include <string>

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
  const PacketCounters packets = quic.packets();
  to.counter("penstock_port_packets_in_total", "UDP packets received", packets.packets_in);
  to.counter("penstock_port_bytes_in_total", "bytes of their payloads", packets.bytes_in);
  to.counter("penstock_port_packets_out_total", "UDP packets sent", packets.packets_out);
  to.counter("penstock_port_bytes_out_total", "bytes of their payloads", packets.bytes_out);
  to.counter("penstock_port_packets_cut_total", "packets larger than the port takes", packets.packets_cut);
  to.counter("penstock_port_send_refused_total", "packets that the system did not send",
             packets.send_refused);
  if (packets.missed)
    to.counter("penstock_port_missed_total", "packets lost before they were read", *packets.missed);
}

void ServerMetrics::write_metrics(MetricsText& to) const {
  const IntakeCounters stored = intake_->counters();
  to.counter("penstock_commits_total", "uploads that were committed", stored.commits);
  to.counter("penstock_commit_groups_total", "syncs that made them durable", stored.groups);
  to.gauge("penstock_store_failed", "1: nothing more can be stored until the server is started again",
           intake_->error() ? 1 : 0);
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
