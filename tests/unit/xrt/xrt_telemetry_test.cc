// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_telemetry.h"

#include <gtest/gtest.h>

#include <map>

namespace penstock {
namespace {

std::map<std::string, double> figures_of(const XrtReports& reports) {
  std::map<std::string, double> figures;
  for (const DeviceFigure& figure : xrt_figures(reports)) {
    EXPECT_EQ(figure.origin, DeviceFigure::Origin::measured);
    figures[figure.name] = figure.value;
  }
  return figures;
}

// As XRT 2.13 writes it (src/runtime_src/core/common: sensor.cpp, info_platform.cpp).
TEST(XrtTelemetryTest, ReadsWhatTheRuntimeSays) {
  const auto figures = figures_of(
      {R"({"thermals": [{"location_id": "pcb_top_front", "temp_C": "0", "is_present": "false"},
                        {"location_id": "fpga0", "temp_C": "41", "is_present": "true"},
                        {"location_id": "int_vcc", "temp_C": "38", "is_present": "true"}]})",
       R"({"power_rails": [], "power_consumption_max_watts": "225", "power_consumption_watts": "27.613"})",
       R"({"vendor": "0x10ee", "link_speed_gbit_sec": "3", "express_lane_width_count": "16", "cpu_affinity": "0-15"})"});
  const std::map<std::string, double> expected = {
      {"temperature", 41}, {"power", 27.613}, {"link_generation", 3}, {"link_lanes", 16}};
  EXPECT_EQ(figures, expected);
}

TEST(XrtTelemetryTest, LeavesOutWhatIsNotSaid) {
  EXPECT_TRUE(figures_of({"", "", ""}).empty());
  EXPECT_TRUE(figures_of({"[", "null", "3"}).empty());
  EXPECT_TRUE(figures_of({R"({"thermals": {}})", R"({"power_consumption_watts": "N/A"})", "{}"}).empty());
  EXPECT_TRUE(figures_of({R"({"thermals": [1, {"temp_C": "warm"}, {"temp_C": "0"}]})", "[]",
                          R"({"link_speed_gbit_sec": []})"})
                  .empty());
}

}  // namespace
}  // namespace penstock
