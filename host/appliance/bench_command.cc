// SPDX-License-Identifier: Apache-2.0
#include "appliance/bench_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "appliance/bench_report_text.h"
#include "appliance/command_syntax.h"
#include "appliance/device_bench_plot.h"
#include "appliance/device_bench_text.h"
#include "appliance/driver_table.h"
#include "base/limits.h"
#include "benchmark/benchmark.h"
#include "benchmark/device_benchmark.h"
#include "benchmark/sample.h"

namespace penstock {
namespace {

constexpr uint64_t kSampleMibMax = kTiB / kMiB;
constexpr uint64_t kRunsMax = 1000;
constexpr std::string_view kCpuKind = "software";

Result<uint64_t> parse_bounded(const std::string& option, const std::string& text, uint64_t most) {
  PENSTOCK_TRY_ASSIGN(const uint64_t count, parse_count(option, text));
  if (count >= 1 && count <= most) return count;
  return fail(Errc::usage, option + " " + text, "is out of range", fmt::format("give 1 to {}", most));
}

// One of each kind that can be used, the CPU first: what they are compared with.
std::string every_device(std::span<const Driver> table, const DriverOptions& options, Console& console) {
  std::string names(kCpuKind);
  for (const Driver& driver : table) {
    if (driver.kind == kCpuKind || driver.find().count == 0) continue;
    const auto device = driver.open(0, options);
    if (device) {
      names.append(",").append(driver.kind);
    } else {
      console.note(device.error().message());
    }
  }
  return names;
}

}  // namespace

void BenchCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.optional_arguments("PATH", paths, "files to measure on (default: parts of /usr)");
  syntax.value("--mib", mib, "N", "take at most so many MiB of them (default 512, with --device 64)");
  syntax.value("--threads", threads, "N", "for the whole pipeline (default: one a CPU)");
  syntax.value("--runs", runs, "N", "do everything so often, and give medians (default 5)");
  syntax.value("--dir", directory, "DIR",
               "where the store and the files are, until the end (default /dev/shm)");
  syntax.value("--codec", codec, "CODEC", "auto, lz4, zstd[:LEVEL], deflate or stored (default auto)");
  syntax.value("--chunker", chunker, "SPEC", "cdc:MIN:AVG:MAX or fixed:SIZE (default cdc:16K:64K:256K)");
  syntax.value("--device", device, "DEVICE",
               "compare these devices and the CPU's ways instead: all, or a list as put takes it");
  global.describe_program(syntax);
  syntax.value("--plot", plot, "FILE", "draw that comparison as SVG");
  global.describe_json(syntax);
  global.describe_sha256(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock bench                           on what is found on this machine, in memory\n"
      "  penstock bench /srv/photos --mib 2048    on data like yours\n"
      "  penstock bench --dir /srv --codec lz4    with the store on a disk\n"
      "  penstock bench --device all --plot devices.svg\n");
}

Result<BenchOptions> BenchCommand::options() const {
  BenchOptions options;
  const std::string mib_wanted = !mib.empty() ? mib : device.empty() ? "512" : "64";
  PENSTOCK_TRY_ASSIGN(const uint64_t sample_mib, parse_bounded("--mib", mib_wanted, kSampleMibMax));
  PENSTOCK_TRY_ASSIGN(const uint64_t runs_wanted, parse_bounded("--runs", runs, kRunsMax));
  PENSTOCK_TRY_ASSIGN(options.threads, parse_threads(threads));
  PENSTOCK_TRY_ASSIGN(options.codec, parse_codec(codec));
  PENSTOCK_TRY_ASSIGN(options.chunker, parse_chunker(chunker));
  if (directory.empty())
    return fail(Errc::usage, "--dir ''", "is not a folder", "name one, or leave --dir out");
  options.sample_bytes_max = sample_mib * kMiB;
  options.runs = static_cast<unsigned>(runs_wanted);
  options.paths = paths.empty() ? default_sample_paths() : paths;
  options.directory = directory;
  return options;
}

Result<int> BenchCommand::run_devices(const GlobalOptions& global, Console& console,
                                      const BenchOptions& chosen) const {
  const DriverOptions allowed{.program = global.program, .passed_over = {}};
  const std::string choice = device == "all" ? every_device(driver_table(), allowed, console) : device;
  PENSTOCK_TRY_ASSIGN(const auto devices, open_devices(choice, driver_table(), allowed));
  std::vector<BenchedDevice> benched;
  std::string_view names = choice;  // one a device, in their order
  for (const auto& one : devices) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    benched.push_back({std::string(name), one.get(), one->capabilities().emulated});
  }
  const Result<DeviceBenchReport> report = run_device_benchmark(benched, chosen);
  console.show_status({});
  PENSTOCK_TRY(report);
  if (!plot.empty()) {
    std::ofstream file(plot, std::ios::binary);
    file << device_bench_plot(*report);
    if (!file.flush()) return fail_errno(plot);
  }
  if (global.json) {
    print_json(console, device_bench_json(*report));
  } else {
    console.print(device_bench_text(*report));
  }
  return 0;
}

Result<int> BenchCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(BenchOptions chosen, options());
  chosen.step = [&](std::string_view step) { console.show_status(step); };
  chosen.skipped = [](const Error&) {};  // counted in the report: a sample lacks most files anyhow
  if (device.empty() && !plot.empty())
    return fail(Errc::usage, "--plot " + plot, "draws what --device compares", "give --device, too");
  if (!device.empty()) return run_devices(global, console, chosen);
  PENSTOCK_TRY_ASSIGN(const auto cpu, open_device("software", driver_table()));
  const Result<BenchReport> report = run_benchmark(*cpu, chosen);
  console.show_status({});
  PENSTOCK_TRY(report);
  if (global.json) {
    print_json(console, bench_report_json(*report));
  } else {
    console.print(bench_report_text(*report));
  }
  return 0;
}

}  // namespace penstock
