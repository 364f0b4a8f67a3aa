// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_telemetry.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace penstock {
namespace {

using Json = nlohmann::json;

// Numbers are written as strings there ("27.5"), or as "N/A".
std::optional<double> number_of(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (found == object.end()) return std::nullopt;
  if (found->is_number()) return found->get<double>();
  if (!found->is_string()) return std::nullopt;
  const auto& text = found->get_ref<const std::string&>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A sensor that is not there says 0.
std::optional<double> hottest(const Json& thermal) {
  std::optional<double> most;
  const auto sensors = thermal.is_object() ? thermal.find("thermals") : thermal.end();
  if (sensors == thermal.end() || !sensors->is_array()) return most;
  for (const Json& sensor : *sensors) {
    const auto celsius = number_of(sensor, "temp_C");
    if (celsius && *celsius > most.value_or(0)) most = celsius;
  }
  return most;
}

}  // namespace

std::vector<DeviceFigure> xrt_figures(const XrtReports& reports) {
  const Json thermal = Json::parse(reports.thermal, nullptr, false);
  const Json electrical = Json::parse(reports.electrical, nullptr, false);
  const Json pcie = Json::parse(reports.pcie, nullptr, false);
  std::vector<DeviceFigure> figures;
  const auto add = [&](const char* name, std::optional<double> value, const char* unit) {
    if (value) figures.push_back({name, *value, unit, DeviceFigure::Origin::measured});
  };
  add("temperature", hottest(thermal), "°C");
  add("power", number_of(electrical, "power_consumption_watts"), "W");
  // The generation, whatever its name says.
  add("link_generation", number_of(pcie, "link_speed_gbit_sec"), "of PCIe");
  add("link_lanes", number_of(pcie, "express_lane_width_count"), "lanes");
  return figures;
}

}  // namespace penstock
