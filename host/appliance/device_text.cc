// SPDX-License-Identifier: Apache-2.0
#include "appliance/device_text.h"

#include <fmt/format.h>

#include "appliance/commit_text.h"
#include "appliance/transfer_rate.h"
#include "base/size_text.h"

namespace penstock {
namespace {

int64_t nanoseconds_of(std::chrono::system_clock::time_point time) {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

// Who wants the device back when it hangs: nothing of ours resets one.
std::string reset_advice(const Capabilities& device) {
  if (device.kind != "xrt" || device.emulated)
    return "see to the device, then put again; --device software does without it";
  const std::string bdf = device.address.empty() ? "BDF" : device.address;
  return fmt::format(
      "when nobody uses the card: xrt-smi reset --device {0}, with XRT 2.13 xbutil reset --device {0}", bdf);
}

std::string_view origin_text(DeviceFigure::Origin origin) {
  switch (origin) {
    case DeviceFigure::Origin::measured:
      return "measured";
    case DeviceFigure::Origin::modelled:
      return "modelled";
    case DeviceFigure::Origin::assumed:
      break;
  }
  return "assumed";
}

Json member_json(const DispatchMember& member) {
  const Capabilities& can = member.capabilities();
  const MemberCounters& counters = member.counters();
  const uint64_t bytes_in = counters.bytes_in;
  Json object;
  object["kind"] = can.kind;
  set_text(object, "name", can.name);
  set_text(object, "address", can.address);
  object["jobs"] = counters.jobs.load();
  object["bytes_in"] = bytes_in;
  object["bytes_out"] = counters.bytes_out.load();
  object["bytes_copied"] = counters.bytes_copied.load();
  object["busy_seconds"] = seconds_of(counters.nanoseconds);
  object["bytes_per_second_busy"] = bytes_per_second(counters.bytes_timed, counters.nanoseconds);
  object["refused"] = counters.refused.load();
  object["failed"] = counters.failed.load();
  object["wrong"] = counters.wrong.load();
  object["impossible"] = counters.impossible.load();
  object["discarded"] = counters.discarded.load();
  object["abandoned"] = counters.abandoned.load();
  object["stale"] = counters.stale.load();
  object["emulated"] = can.emulated;
  // One that is lost may never answer.
  const bool answers = member.health().state() != DeviceState::lost;
  object["figures"] = figures_json(answers ? member.device().figures() : std::vector<DeviceFigure>());
  set_health(object, member.health());
  return object;
}

std::string member_text(const DispatchMember& member) {
  const MemberCounters& counters = member.counters();
  std::string text = fmt::format(
      "{}: {}, {} jobs, {} in, {} out, {}/s while busy", member.capabilities().name,
      device_state_text(member.health().state()), counters.jobs.load(), human_size(counters.bytes_in),
      human_size(counters.bytes_out),
      human_size(static_cast<uint64_t>(bytes_per_second(counters.bytes_timed, counters.nanoseconds))));
  const auto add = [&](uint64_t count, std::string_view what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(counters.failed, "failed");
  add(counters.wrong, "wrong");
  add(counters.impossible, "impossible");
  add(counters.discarded, "discarded");
  add(counters.abandoned, "abandoned");
  add(counters.stale, "stale");
  return text;
}

}  // namespace

Json figures_json(const std::vector<DeviceFigure>& figures) {
  Json array = Json::array();
  for (const DeviceFigure& figure : figures) {
    array.push_back({{"name", figure.name},
                     {"value", figure.value},
                     {"unit", figure.unit},
                     {"origin", origin_text(figure.origin)}});
  }
  return array;
}

void set_health(Json& object, const DeviceHealth& health) {
  object["health"] = device_state_text(health.state());
  Json events = Json::array();
  for (const DeviceHealth::Event& event : health.history()) {
    const int64_t time_ns = nanoseconds_of(event.time);
    events.push_back({{"time", time_text(time_ns)},
                      {"time_ns", time_ns},
                      {"health", device_state_text(event.state)},
                      {"cause", health_cause_text(event.cause)}});
  }
  object["history"] = std::move(events);
}

Json devices_json(const Dispatcher& dispatcher) {
  Json array = Json::array();
  for (const auto& member : dispatcher.members()) array.push_back(member_json(*member));
  return array;
}

std::string devices_text(const Dispatcher& dispatcher) {
  if (dispatcher.members().size() < 2) return {};
  std::string text;
  for (const auto& member : dispatcher.members()) {
    if (!text.empty()) text += "\n";
    text += member_text(*member);
  }
  return text;
}

void tell_change(Console& console, const DispatchMember& member, const DeviceHealth::Event& event) {
  const Capabilities& device = member.capabilities();
  const std::string what = "device " + device.name;
  std::string why(health_cause_text(event.cause));
  switch (event.state) {
    case DeviceState::healthy:
      console.note(what + " " + why + ", and is used again");
      return;
    case DeviceState::suspect:
      console.report({Errc::failed, what, why + ": the CPU does its work until it passes a self-test",
                      "see penstock devices --selftest"});
      return;
    case DeviceState::lost:
      break;
  }
  if (event.cause == HealthCause::set_up_failed) {
    const Error& cause = member.left_out_because();
    console.report({Errc::failed, what, why + ", and is left out: " + cause.why, cause.remedy});
    return;
  }
  console.report({Errc::failed, what, why + ", and is lost: the CPU does its work", reset_advice(device)});
}

}  // namespace penstock
