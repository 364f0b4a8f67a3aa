// SPDX-License-Identifier: Apache-2.0
#include "appliance/device_bench_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/size_text.h"
#include "offload/job.h"

namespace penstock {
namespace {

constexpr double kGigabyte = 1e9;

std::string_view operation_text(Operation operation) {
  switch (operation) {
    case Operation::digest:
      return "digest";
    case Operation::encode:
      return "encode";
    case Operation::digest_encode:
      return "digest and encode";
    case Operation::decode:
      break;
  }
  return "decode";
}

Json way_json(const WayBench& way) {
  Json object;
  object["operation"] = operation_text(way.operation);
  object["codec"] = nullptr;
  if (way.operation != Operation::digest) object["codec"] = codec_text(way.codec);
  object["device"] = way.device;
  set_text(object, "way", way.way);
  object["emulated"] = way.emulated;
  object["bytes"] = way.bytes;
  object["seconds"] = way.cost().seconds();
  object["seconds_least"] = static_cast<double>(way.wall.least_ns()) * 1e-9;
  object["seconds_most"] = static_cast<double>(way.wall.most_ns()) * 1e-9;
  object["bytes_per_second"] = way.cost().bytes_per_second();
  object["core_seconds_per_gb"] = way.core_seconds_per_gb();
  object["ratio"] = nullptr;
  if (way.bytes_encoded > 0) object["ratio"] = way.ratio();
  object["modelled_bytes_per_second"] = nullptr;
  if (way.modelled_seconds > 0) object["modelled_bytes_per_second"] = way.modelled().bytes_per_second();
  return object;
}

std::string way_line(const WayBench& way) {
  std::string line =
      fmt::format("  {:<28} {:>9.3f} {:>11.3f} {:>7}", way.way, way.cost().bytes_per_second() / kGigabyte,
                  way.core_seconds_per_gb(), way.bytes_encoded > 0 ? fmt::format("{:.3f}", way.ratio()) : "");
  if (way.emulated) line += "   emulated";
  if (way.modelled_seconds > 0)
    line += fmt::format("; modelled {:.1f} GB/s", way.modelled().bytes_per_second() / kGigabyte);
  return line + "\n";
}

bool any(const DeviceBenchReport& report, bool (*of)(const WayBench&)) {
  return std::ranges::any_of(report.ways, of);
}

}  // namespace

std::string way_heading(const WayBench& way) {
  std::string text(operation_text(way.operation));
  if (way.operation != Operation::digest) text += ", " + codec_text(way.codec);
  return text;
}

Json device_bench_json(const DeviceBenchReport& report) {
  Json object;
  object["bytes"] = report.bytes;
  object["frames"] = report.frames;
  object["chunks"] = report.chunks;
  object["runs"] = report.options.runs;
  object["ways"] = Json::array();
  for (const WayBench& way : report.ways) object["ways"].push_back(way_json(way));
  return object;
}

std::string device_bench_text(const DeviceBenchReport& report) {
  std::string text = fmt::format("sample    {} unique, {} chunks in {} frames; medians of {} run{}\n",
                                 human_size(report.bytes), report.chunks, report.frames, report.options.runs,
                                 report.options.runs == 1 ? "" : "s");
  text += "          one thread gives each device all frames; the CPU's own ways work in that thread\n";
  std::string heading;
  for (const WayBench& way : report.ways) {
    if (way_heading(way) != heading) {
      heading = way_heading(way);
      text += fmt::format("\n{:<30} {:>9} {:>11} {:>7}\n", heading, "GB/s", "core-s/GB",
                          way.bytes_encoded > 0 ? "ratio" : "");
    }
    text += way_line(way);
  }
  if (any(report, [](const WayBench& way) { return way.emulated; }))
    text +=
        "\nemulated: the CPU plays the device. It shows that answers are right, and nothing of a card's "
        "speed.\n";
  if (any(report, [](const WayBench& way) { return way.modelled_seconds > 0; }))
    text +=
        "modelled: not measured; clocks that the kernels' loops are written for, at an assumed 300 MHz, "
        "without\n"
        "          transfers; nothing has been synthesised (docs/hls.md).\n";
  return text;
}

}  // namespace penstock
