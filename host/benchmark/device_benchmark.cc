// SPDX-License-Identifier: Apache-2.0
#include "benchmark/device_benchmark.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "benchmark/device_rounds.h"
#include "benchmark/frame_set.h"
#include "benchmark/process_time.h"
#include "benchmark/sample.h"
#include "benchmark/stopwatch.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

constexpr std::string_view kCpu = "software";

// A SHA-256 path that the CPU's device does not take by itself.
struct PathRounds {
  const Sha256Path* path;
  WayBench way;
};

std::vector<PathRounds> other_paths(const FrameSet& frames) {
  std::vector<PathRounds> all;
  for (const Sha256Path* path : sha256_paths()) {
    if (!path->supported() || path == &sha256_path()) continue;
    WayBench way;
    way.device = kCpu;
    way.way = "CPU, " + std::string(path->name());
    way.bytes = frames.bytes_unique();
    all.push_back({path, std::move(way)});
  }
  return all;
}

void run(PathRounds& rounds, const FrameSet& frames) {
  std::vector<Bytes> messages;
  std::vector<Digest> digests;
  const uint64_t cpu = process_nanoseconds();
  Stopwatch watch;
  for (const FrameSet::Frame& frame : frames.frames()) {
    messages.clear();
    Bytes rest = frame.raw;
    for (const BlockEntry& entry : frame.entries) {
      messages.push_back(rest.first(entry.length));
      rest = rest.subspan(entry.length);
    }
    digests.resize(messages.size());
    rounds.path->digest(messages, digests);
  }
  rounds.way.wall.add_run(watch.lap());
  rounds.way.cpu.add_run(process_nanoseconds() - cpu);
}

// Operations in the order of a put's work, codecs as they are numbered; the CPU, then devices as they were
// named.
void order(std::vector<WayBench>& ways) {
  const auto rank = [](const WayBench& way) {
    const unsigned codec = way.operation == Operation::digest ? 0 : static_cast<unsigned>(way.codec.id);
    return std::tuple(static_cast<unsigned>(way.operation), codec, way.device != kCpu);
  };
  std::ranges::stable_sort(ways, {}, rank);
}

}  // namespace

Result<DeviceBenchReport> run_device_benchmark(const std::vector<BenchedDevice>& devices,
                                               const BenchOptions& options) {
  options.step("sample");
  PENSTOCK_TRY_ASSIGN(const Sample sample,
                      Sample::read(options.paths, options.sample_bytes_max, options.skipped));
  PENSTOCK_TRY_ASSIGN(const FrameSet frames, FrameSet::build(options.chunker, sample.bytes()));
  std::vector<std::unique_ptr<DeviceRounds>> all;
  bool cpu = false;
  for (const BenchedDevice& device : devices) {
    PENSTOCK_TRY_ASSIGN(auto rounds, DeviceRounds::create(device, frames));
    all.push_back(std::move(rounds));
    cpu = cpu || device.device->capabilities().is_cpu;
  }
  std::vector<PathRounds> paths;
  if (cpu) paths = other_paths(frames);
  for (unsigned round = 0; round < options.runs; ++round) {
    const std::string run_text =
        "run " + std::to_string(round + 1) + " of " + std::to_string(options.runs) + ": ";
    for (size_t i = 0; i < all.size(); ++i) {
      options.step(run_text + devices[i].name);
      PENSTOCK_TRY(all[i]->run_round(round == 0));
    }
    options.step(run_text + "SHA-256 paths");
    for (PathRounds& path : paths) run(path, frames);
  }
  DeviceBenchReport report;
  report.options = options;
  report.bytes = frames.bytes_unique();
  report.frames = frames.frames().size();
  for (const FrameSet::Frame& frame : frames.frames()) report.chunks += frame.entries.size();
  for (const auto& rounds : all)
    report.ways.insert(report.ways.end(), rounds->ways().begin(), rounds->ways().end());
  for (PathRounds& path : paths) report.ways.push_back(std::move(path.way));
  order(report.ways);
  return report;
}

}  // namespace penstock
