// SPDX-License-Identifier: Apache-2.0
#include "server/port_metrics.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace penstock {
namespace {

constexpr std::string_view kMissed = "missed";

// A figure that may be unknown. Where it is there is no sample of it, but one that says so.
void write_figure(const PortFigure& figure, const std::string& help, std::span<const MetricLabel> labels,
                  MetricsText& to) {
  const std::string name = "penstock_port_" + figure.name + (figure.gauge ? "" : "_total");
  if (!figure.value || figure.name == kMissed)
    to.gauge("penstock_port_" + figure.name + "_known", "1: the port knows of " + name, figure.value ? 1 : 0,
             labels);
  if (!figure.value) return;
  if (figure.gauge)
    to.gauge(name, help, *figure.value, labels);
  else
    to.counter(name, help, *figure.value, labels);
}

void write_queue(const PacketCounters& counted, std::span<const MetricLabel> labels, MetricsText& to) {
  const auto count = [&](const char* name, const char* help, uint64_t value) {
    to.counter(name, help, value, labels);
  };
  count("penstock_port_packets_in_total", "UDP packets received", counted.packets_in);
  count("penstock_port_bytes_in_total", "bytes of their payloads", counted.bytes_in);
  count("penstock_port_packets_out_total", "UDP packets sent", counted.packets_out);
  count("penstock_port_bytes_out_total", "bytes of their payloads", counted.bytes_out);
  count("penstock_port_packets_cut_total", "packets larger than the port takes", counted.packets_cut);
  count("penstock_port_send_refused_total", "packets that could not be sent", counted.send_refused);
}

}  // namespace

void write_port_metrics(const PacketPort& port, std::span<const PacketCounters> queues, MetricsText& to) {
  const std::string port_name = port.name();
  const std::vector<PortFigure> figures = port.figures();
  // What the NIC says of the whole port stands in the place of what its queues cannot say.
  const bool missed_of_port =
      std::ranges::any_of(figures, [](const PortFigure& figure) { return figure.name == kMissed; });
  for (size_t i = 0; i < queues.size(); ++i) {
    const std::string number = std::to_string(i);
    const std::array labels{MetricLabel{"port", port_name}, MetricLabel{"queue", number}};
    write_queue(queues[i], labels, to);
    if (queues[i].missed || !missed_of_port)
      write_figure({.name = std::string(kMissed), .value = queues[i].missed},
                   "packets lost before they were read", labels, to);
  }
  for (const PortFigure& figure : figures) {
    const std::string number = std::to_string(figure.queue);
    std::vector<MetricLabel> labels{{"port", port_name}};
    if (figure.queue != PortFigure::kWholePort) labels.push_back({"queue", number});
    if (!figure.reason.empty()) labels.push_back({"reason", figure.reason});
    write_figure(figure, "told by the port: " + figure.name, labels, to);
  }
}

}  // namespace penstock
