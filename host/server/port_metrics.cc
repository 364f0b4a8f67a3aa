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

// A count that may be unknown.
void write_known(const std::string& name, const std::string& help, std::optional<uint64_t> value,
                 std::span<const MetricLabel> labels, MetricsText& to) {
  to.gauge("penstock_port_" + name + "_known", "1: the port knows of penstock_port_" + name + "_total",
           value ? 1 : 0, labels);
  if (value) to.counter("penstock_port_" + name + "_total", help, *value, labels);
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
      write_known(std::string(kMissed), "packets lost before they were read", queues[i].missed, labels, to);
  }
  for (const PortFigure& figure : figures) {
    const std::string number = std::to_string(figure.queue);
    std::vector<MetricLabel> labels{{"port", port_name}};
    if (figure.queue != PortFigure::kWholePort) labels.push_back({"queue", number});
    if (!figure.reason.empty()) labels.push_back({"reason", figure.reason});
    write_known(figure.name, "counted by the port: " + figure.name, figure.value, labels, to);
  }
}

}  // namespace penstock
