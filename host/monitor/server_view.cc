// SPDX-License-Identifier: Apache-2.0
#include "monitor/server_view.h"

#include <algorithm>
#include <array>

namespace penstock {
namespace {

constexpr std::string_view kStart = "penstock_start_time_seconds";
constexpr std::string_view kPort = "penstock_port_";
constexpr std::string_view kTotal = "_total";
constexpr std::string_view kKnown = "_known";
// What has columns of its own.
constexpr std::array<std::string_view, 5> kShownAlways = {"packets_in", "bytes_in", "packets_out",
                                                          "bytes_out", "missed"};
// Packets that did not get through, though the reason is in the name.
constexpr std::array<std::string_view, 2> kDropsByName = {"packets_cut", "send_refused"};
constexpr std::array<std::string_view, 3> kStates = {"lost", "suspect", "healthy"};
constexpr std::array<std::string_view, 6> kStages = {"digest", "look-up", "assemble",
                                                     "encode", "verify",  "append"};

std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

// More of a kind than any server has are not looked at.
constexpr size_t kPortsMax = 16;
constexpr size_t kQueuesMax = 64;
constexpr size_t kFiguresMax = 128;
constexpr size_t kDevicesMax = 64;

void add_once(std::vector<std::string>& to, std::string_view name, size_t most) {
  if (!name.empty() && to.size() < most && std::ranges::find(to, name) == to.end()) to.emplace_back(name);
}

class ViewMaker {
 public:
  ViewMaker(const Exposition* before, const Exposition& now, double seconds)
      : before_(before), now_(now), seconds_(seconds) {
    if (before == nullptr || before->sum(kStart) == now.sum(kStart)) return;
    // Nothing that was counted before counts.
    view_.restarted = begun_anew_ = true;
  }

  ServerView make() {
    if (compares()) view_.seconds = seconds_;
    view_.connections = now_.sum("penstock_quic_connections_open");
    view_.uploads = now_.sum("penstock_uploads_open");
    view_ports();
    view_devices();
    view_ingest();
    view_store();
    return std::move(view_);
  }

 private:
  bool compares() const { return before_ != nullptr && seconds_ > 0; }

  Counted count(std::string_view name, Exposition::Labels with = {}) {
    Counted counted{now_.sum(name, with), {}};
    if (!counted.total || !compares()) return counted;
    const double before = begun_anew_ ? 0 : before_->sum(name, with).value_or(0);
    const bool went_back = before > *counted.total;
    // Ports have figures that are no counts, such as whether there is a link.
    if (went_back && !now_.sum(kStart)) view_.restarted = true;
    counted.per_second = (went_back ? *counted.total : *counted.total - before) / seconds_;
    return counted;
  }

  void view_ports() {
    std::vector<std::string> ports;
    for (const MetricSample& sample : now_.samples()) {
      if (sample.name.starts_with(kPort)) add_once(ports, sample.label("port"), kPortsMax);
    }
    for (const std::string& port : ports) view_port(port);
  }

  void view_port(const std::string& port) {
    PortView& view = view_.ports.emplace_back();
    view.name = printable(port);
    view.all = view_queue({{"port", port}});
    std::vector<std::string> queues;
    for (const MetricSample& sample : now_.samples()) {
      if (sample.name == "penstock_port_packets_in_total" && sample.label("port") == port)
        add_once(queues, sample.label("queue"), kQueuesMax);
    }
    for (const std::string& queue : queues) {
      view.queues.push_back(view_queue({{"port", port}, {"queue", queue}}));
      view.queues.back().queue = printable(queue);
    }
    view_figures(port, view);
  }

  QueueView view_queue(Exposition::Labels labels) {
    QueueView view;
    view.packets_in = count("penstock_port_packets_in_total", labels);
    view.bytes_in = count("penstock_port_bytes_in_total", labels);
    view.packets_out = count("penstock_port_packets_out_total", labels);
    view.bytes_out = count("penstock_port_bytes_out_total", labels);
    view.missed = count("penstock_port_missed_total", labels);
    view.missed_known = known("missed", labels);
    return view;
  }

  // Beside what was missed there is a sample that says whether it is known. A queue at which nothing has
  // arrived says nothing of the port.
  bool known(std::string_view figure, Exposition::Labels with) const {
    const std::string name = std::string(kPort) + std::string(figure) + std::string(kKnown);
    bool any = false;
    for (const MetricSample& sample : now_.samples()) {
      if (sample.name != name || !has_all(sample, with)) continue;
      if (sample.value > 0) {
        any = true;
      } else if (!is_idle(sample)) {
        return false;
      }
    }
    return any;
  }

  static bool has_all(const MetricSample& sample, Exposition::Labels with) {
    return std::ranges::all_of(with,
                               [&](const auto& label) { return sample.label(label.first) == label.second; });
  }

  bool is_idle(const MetricSample& of_queue) const {
    const std::string_view queue = of_queue.label("queue");
    if (queue.empty()) return false;
    return now_.sum("penstock_port_packets_in_total", {{"port", of_queue.label("port")}, {"queue", queue}}) ==
           0.0;
  }

  // The figure of a port that a sample is of, whether it gives it or says that it is unknown; else nothing.
  static std::string_view figure_of(const MetricSample& sample) {
    std::string_view name = sample.name;
    if (!name.starts_with(kPort)) return {};
    name.remove_prefix(kPort.size());
    for (const std::string_view end : {kTotal, kKnown}) {
      if (name.ends_with(end)) return name.substr(0, name.size() - end.size());
    }
    return name;  // one that is no count
  }

  void view_figures(const std::string& port, PortView& view) {
    std::vector<std::pair<std::string, std::string>> seen;
    for (const MetricSample& sample : now_.samples()) {
      const std::string figure(figure_of(sample));
      if (figure.empty() || sample.label("port") != port || seen.size() == kFiguresMax) continue;
      if (std::ranges::find(kShownAlways, figure) != kShownAlways.end()) continue;
      const std::string reason(sample.label("reason"));
      if (std::ranges::find(seen, std::pair(figure, reason)) != seen.end()) continue;
      seen.emplace_back(figure, reason);
      const bool by_name = std::ranges::find(kDropsByName, figure) != kDropsByName.end();
      PortFigureView shown{printable(figure), printable(reason), {}, false};
      const std::string name = std::string(kPort) + figure;
      const std::string total = sample.name == name ? name : name + std::string(kTotal);
      shown.count = reason.empty() ? count(total, {{"port", port}})
                                   : count(total, {{"port", port}, {"reason", reason}});
      shown.gauge = sample.name == name;
      if (shown.gauge) shown.count.per_second.reset();
      (by_name || !reason.empty() ? view.drops : view.figures).push_back(std::move(shown));
    }
  }

  void view_devices() {
    for (const MetricSample& sample : now_.samples()) {
      if (sample.name != "penstock_device_jobs_total" || view_.devices.size() == kDevicesMax) continue;
      const std::string number(sample.label("device"));
      const Exposition::Labels labels{{"device", number}};
      DeviceView& view = view_.devices.emplace_back();
      view.number = printable(number);
      view.kind = printable(sample.label("kind"));
      view.emulated = now_.sum("penstock_device_emulated", labels).value_or(0) > 0;
      for (const std::string_view state : kStates) {
        if (now_.sum("penstock_device_health", {{"device", number}, {"state", state}}).value_or(0) > 0)
          view.health = state;
      }
      view.jobs = count("penstock_device_jobs_total", labels);
      view.bytes = count("penstock_device_bytes_in_total", labels);
      view.busy_seconds = count("penstock_device_busy_seconds_total", labels);
      view.failures = count("penstock_device_failures_total", labels);
    }
  }

  void view_ingest() {
    IngestView& view = view_.ingest;
    view.received = count("penstock_port_bytes_in_total");
    view.decrypted = count("penstock_quic_bytes_decrypted_total");
    view.bodies = count("penstock_ingest_body_bytes_total");
    view.copied = count("penstock_ingest_bytes_copied_total");
    const Counted kept = count("penstock_quic_body_bytes_kept_total");
    if (view.copied.total && kept.total) *view.copied.total += *kept.total;
    if (view.copied.per_second && kept.per_second) *view.copied.per_second += *kept.per_second;
    view.zeros = count("penstock_ingest_zero_bytes_total");
    view.known = count("penstock_ingest_known_bytes_total");
    view.chunks = count("penstock_ingest_chunks_total");
    view.bytes_new = count("penstock_ingest_chunk_bytes_total", {{"found", "new"}});
    view.bytes_duplicate = count("penstock_ingest_chunk_bytes_total", {{"found", "duplicate"}});
    view.compressed = count("penstock_ingest_compressed_bytes_total");
    for (const std::string_view stage : kStages) {
      const Counted seconds = count("penstock_stage_seconds_total", {{"stage", stage}});
      if (seconds.total) view_.stages.push_back({std::string(stage), seconds});
    }
  }

  void view_store() {
    StoreView& view = view_.store;
    view.failed = now_.sum("penstock_store_failed").value_or(0) > 0;
    view.commits = count("penstock_commits_total");
    view.groups = count("penstock_commit_groups_total");
    view.syncs = count("penstock_store_syncs_total");
    view.written = count("penstock_store_bytes_written_total");
    view.bytes = now_.sum("penstock_store_bytes");
    view.segments = now_.sum("penstock_store_segments");
    view.free_bytes = now_.sum("penstock_store_free_bytes");
  }

  const Exposition* before_;
  const Exposition& now_;
  const double seconds_;
  bool begun_anew_ = false;
  ServerView view_;
};

std::optional<double> quotient(double a, double b) {
  if (b <= 0) return std::nullopt;
  return a / b;
}

// `part` to `whole` as they grow now; where nothing does, as they stand.
std::optional<double> quotient(const Counted& part, const Counted& whole) {
  if (part.per_second && whole.per_second && *whole.per_second > 0)
    return quotient(*part.per_second, *whole.per_second);
  if (!part.total || !whole.total) return std::nullopt;
  return quotient(*part.total, *whole.total);
}

Counted added(const Counted& a, const Counted& b) {
  Counted sum;
  if (a.total && b.total) sum.total = *a.total + *b.total;
  if (a.per_second && b.per_second) sum.per_second = *a.per_second + *b.per_second;
  return sum;
}

}  // namespace

std::optional<double> ServerView::copies_per_byte() const {
  return quotient(ingest.copied, ingest.bodies);
}

std::optional<double> ServerView::ratio() const {
  return quotient(ingest.bytes_new, ingest.compressed);
}

std::optional<double> ServerView::duplicate_part() const {
  return quotient(ingest.bytes_duplicate, added(ingest.bytes_new, ingest.bytes_duplicate));
}

ServerView view_server(const Exposition* before, const Exposition& now, double seconds) {
  return ViewMaker(before, now, seconds).make();
}

}  // namespace penstock
