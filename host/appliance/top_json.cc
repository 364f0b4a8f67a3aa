// SPDX-License-Identifier: Apache-2.0
#include "appliance/top_json.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

namespace penstock {
namespace {

constexpr double kExact = 9007199254740992;  // 2^53: whole numbers up to there are what they were

Json number(std::optional<double> value) {
  if (!value || !std::isfinite(*value)) return {};
  if (*value >= 0 && *value <= kExact && *value == std::floor(*value)) return static_cast<uint64_t>(*value);
  return *value;
}

Json counted(const Counted& count) {
  return {{"total", number(count.total)}, {"per_second", number(count.per_second)}};
}

Json queue_json(const QueueView& queue) {
  Json json;
  if (!queue.queue.empty()) json["queue"] = queue.queue;
  json["packets_in"] = counted(queue.packets_in);
  json["bytes_in"] = counted(queue.bytes_in);
  json["packets_out"] = counted(queue.packets_out);
  json["bytes_out"] = counted(queue.bytes_out);
  json["missed"] = queue.missed_known ? counted(queue.missed) : Json();
  return json;
}

Json figures_json(const std::vector<PortFigureView>& figures) {
  Json list = Json::array();
  for (const PortFigureView& figure : figures) {
    Json json{{"name", figure.name}};
    if (!figure.reason.empty()) json["reason"] = figure.reason;
    json["count"] = figure.count.total ? counted(figure.count) : Json();
    list.push_back(std::move(json));
  }
  return list;
}

Json ports_json(const ServerView& view) {
  Json list = Json::array();
  for (const PortView& port : view.ports) {
    Json json{{"name", port.name}};
    json.update(queue_json(port.all));
    json["queues"] = Json::array();
    for (const QueueView& queue : port.queues) json["queues"].push_back(queue_json(queue));
    json["drops"] = figures_json(port.drops);
    json["figures"] = figures_json(port.figures);
    list.push_back(std::move(json));
  }
  return list;
}

Json devices_json(const ServerView& view) {
  Json list = Json::array();
  for (const DeviceView& device : view.devices) {
    list.push_back({{"device", device.number},
                    {"kind", device.kind},
                    {"emulated", device.emulated},
                    {"health", device.health.empty() ? Json() : Json(device.health)},
                    {"jobs", counted(device.jobs)},
                    {"bytes", counted(device.bytes)},
                    {"busy_seconds", counted(device.busy_seconds)},
                    {"failures", counted(device.failures)}});
  }
  return list;
}

Json ingest_json(const ServerView& view) {
  const IngestView& is = view.ingest;
  Json json{{"received", counted(is.received)},
            {"decrypted", counted(is.decrypted)},
            {"bodies", counted(is.bodies)},
            {"copied", counted(is.copied)},
            {"copies_per_byte", number(view.copies_per_byte())},
            {"zero_runs", counted(is.zeros)},
            {"left_out", counted(is.known)},
            {"chunks", counted(is.chunks)},
            {"new", counted(is.bytes_new)},
            {"duplicate", counted(is.bytes_duplicate)},
            {"duplicate_part", number(view.duplicate_part())},
            {"compressed", counted(is.compressed)},
            {"ratio", number(view.ratio())}};
  for (const StageView& stage : view.stages) json["lane_seconds"][stage.name] = counted(stage.seconds);
  return json;
}

}  // namespace

Json server_view_json(const ServerView& view, const std::string& server) {
  const StoreView& store = view.store;
  Json json{{"server", server},
            {"seconds", number(view.seconds)},
            {"restarted", view.restarted},
            {"connections", number(view.connections)},
            {"uploads", number(view.uploads)}};
  json["ports"] = ports_json(view);
  json["devices"] = devices_json(view);
  json["ingest"] = ingest_json(view);
  json["store"] = {{"failed", store.failed},
                   {"commits", counted(store.commits)},
                   {"groups", counted(store.groups)},
                   {"syncs", counted(store.syncs)},
                   {"written", counted(store.written)},
                   {"bytes", number(store.bytes)},
                   {"segments", number(store.segments)},
                   {"free_bytes", number(store.free_bytes)}};
  return json;
}

}  // namespace penstock
