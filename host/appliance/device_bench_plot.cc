// SPDX-License-Identifier: Apache-2.0
#include "appliance/device_bench_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "appliance/device_bench_text.h"
#include "base/size_text.h"

namespace penstock {
namespace {

// Units are the drawing's own.
constexpr double kWidth = 1080;
constexpr double kMargin = 28;
constexpr double kNames = 190;
constexpr double kSpeedBars = 300;
constexpr double kSpeedFigures = 96;
constexpr double kCostBars = 150;
constexpr double kBar = 15;
constexpr double kStep = 22;
constexpr double kHeading = 40;
constexpr double kTop = 104;
constexpr double kBottom = 64;

constexpr double kSpeedAt = kMargin + kNames;
constexpr double kCostAt = kSpeedAt + kSpeedBars + kSpeedFigures;
constexpr double kNotesAt = kCostAt + kCostBars + 72;

constexpr std::string_view kInk = "#1b1f24";
constexpr std::string_view kQuiet = "#5b6470";
constexpr std::string_view kRule = "#dde1e6";
constexpr std::string_view kCpu = "#0b7285";
constexpr std::string_view kDevice = "#e8590c";
constexpr std::string_view kEmulated = "url(#emulated)";
constexpr std::string_view kCost = "#868e96";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string label(double x, double y, std::string_view text, std::string_view style) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, style, escaped(text));
}

std::string bar(double x, double y, double width, std::string_view fill) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\" fill=\"{}\"/>\n", x, y,
      std::max(width, 1.0), kBar, fill);
}

double speed(double bytes, double nanoseconds) {
  return nanoseconds > 0 ? bytes / nanoseconds : 0;
}

// Ways of one operation and codec, and the scales that they share.
struct Panel {
  std::span<const WayBench> ways;

  double speed_most() const {
    double most = 0;
    for (const WayBench& way : ways)
      most = std::max(most, speed(static_cast<double>(way.bytes), static_cast<double>(way.wall.least_ns())));
    return most > 0 ? most : 1;
  }
  double cost_most() const {
    double most = 0;
    for (const WayBench& way : ways) most = std::max(most, way.core_seconds_per_gb());
    return most > 0 ? most : 1;
  }
  double height() const { return kHeading + kStep * static_cast<double>(ways.size()); }
};

std::vector<Panel> panels_of(const DeviceBenchReport& report) {
  std::vector<Panel> panels;
  const std::span<const WayBench> ways(report.ways);
  for (size_t begin = 0; begin < ways.size();) {
    size_t end = begin + 1;
    while (end < ways.size() && way_heading(ways[end]) == way_heading(ways[begin])) ++end;
    panels.push_back({ways.subspan(begin, end - begin)});
    begin = end;
  }
  return panels;
}

std::string_view colour(const WayBench& way) {
  if (way.emulated) return kEmulated;
  return way.device.starts_with("software") ? kCpu : kDevice;
}

std::string range(const WayBench& way, double y, double scale) {
  const auto bytes = static_cast<double>(way.bytes);
  const double from = kSpeedAt + scale * speed(bytes, static_cast<double>(way.wall.most_ns()));
  const double to = kSpeedAt + scale * speed(bytes, static_cast<double>(way.wall.least_ns()));
  const double middle = y + kBar / 2;
  return fmt::format(
      "<path d=\"M{:.1f} {:.1f}H{:.1f}M{:.1f} {:.1f}v6M{:.1f} {:.1f}v6\" stroke=\"{}\" fill=\"none\"/>\n",
      from, middle, to, from, middle - 3, to, middle - 3, kInk);
}

std::string row(const WayBench& way, const Panel& panel, double y) {
  const double baseline = y + kBar - 3.5;
  const double gigabytes = way.cost().bytes_per_second() / 1e9;
  const double speed_scale = kSpeedBars / panel.speed_most();
  std::string svg = label(kSpeedAt - 10, baseline, way.way, "text-anchor=\"end\"");
  svg += bar(kSpeedAt, y, speed_scale * gigabytes, colour(way));
  svg += range(way, y, speed_scale);
  svg +=
      label(kSpeedAt + kSpeedBars + 10, baseline, fmt::format("{:.3g} GB/s", gigabytes), "class=\"figure\"");
  svg += bar(kCostAt, y, kCostBars * way.core_seconds_per_gb() / panel.cost_most(), kCost);
  svg += label(kCostAt + kCostBars + 8, baseline, fmt::format("{:.3g}", way.core_seconds_per_gb()),
               "class=\"figure\"");
  std::string note;
  if (way.bytes_encoded > 0) note = fmt::format("ratio {:.3f}", way.ratio());
  if (way.modelled_seconds > 0) {
    note += fmt::format("{}modelled {:.1f} GB/s", note.empty() ? "" : ", ",
                        way.modelled().bytes_per_second() / 1e9);
  }
  return svg + label(kNotesAt, baseline, note, "class=\"quiet\"");
}

std::string draw(const Panel& panel, double top) {
  std::string svg =
      fmt::format("<path d=\"M{} {:.1f}H{}\" stroke=\"{}\"/>\n", kMargin, top + 4, kWidth - kMargin, kRule);
  svg += label(kMargin, top + 26, way_heading(panel.ways.front()), "class=\"heading\"");
  double y = top + kHeading;
  for (const WayBench& way : panel.ways) {
    svg += row(way, panel, y);
    y += kStep;
  }
  return svg;
}

std::string head(const DeviceBenchReport& report, double height) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" width=\"{0}\" "
      "height=\"{1:.0f}\" "
      "font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"{2}\">\n<title>Penstock: the same work "
      "on every "
      "device</"
      "title>\n<style>.title{{font-size:18px;font-weight:600}}.heading{{font-size:13px;font-weight:600}}"
      ".figure{{font-variant-numeric:tabular-nums}}.quiet{{fill:{3}}}</style>\n"
      "<defs><pattern id=\"emulated\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
      "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"#ffd8a8\"/><rect width=\"2.5\" "
      "height=\"6\" "
      "fill=\"{4}\"/></pattern></defs>\n<rect width=\"{0}\" height=\"{1:.0f}\" fill=\"#fff\"/>\n",
      kWidth, height, kInk, kQuiet, kDevice);
  svg += label(kMargin, kMargin + 14, "The same work on every device", "class=\"title\"");
  svg += label(
      kMargin, kMargin + 36,
      fmt::format(
          "{} unique in {} frames and {} chunks; medians and range of {} runs; one thread gives the work",
          human_size(report.bytes), report.frames, report.chunks, report.options.runs),
      "class=\"quiet\"");
  svg += label(kSpeedAt, kTop - 8, "speed: longer is better", "class=\"quiet\"");
  svg += label(kCostAt, kTop - 8, "core-seconds a GB: shorter is better", "class=\"quiet\"");
  return svg;
}

std::string foot(double y) {
  std::string svg = bar(kMargin, y, 22, kCpu) + label(kMargin + 30, y + 12, "this CPU, one thread", "");
  svg += bar(kMargin + 190, y, 22, kDevice) + label(kMargin + 220, y + 12, "a device", "");
  svg += bar(kMargin + 320, y, 22, kEmulated) +
         label(kMargin + 350, y + 12,
               "emulated: the CPU plays the device, and nothing of a card's speed is shown", "");
  return svg +
         label(
             kMargin, y + 34,
             "modelled: not measured. Clocks that the kernels' loops are written for at an assumed 300 MHz, "
             "transfers not counted; nothing was synthesised.",
             "class=\"quiet\"");
}

}  // namespace

std::string device_bench_plot(const DeviceBenchReport& report) {
  const std::vector<Panel> panels = panels_of(report);
  double height = kTop + kBottom;
  for (const Panel& panel : panels) height += panel.height();
  std::string svg = head(report, height);
  double top = kTop;
  for (const Panel& panel : panels) {
    svg += draw(panel, top);
    top += panel.height();
  }
  return svg + foot(top + 14) + "</svg>\n";
}

}  // namespace penstock
