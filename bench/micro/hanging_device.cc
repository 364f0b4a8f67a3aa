// SPDX-License-Identifier: Apache-2.0
// What a device that never answers costs a put: the CPU alone, turn by turn with such a device before it.
// usage: hanging_device [MIB] [RUNS]     of files of this machine, into a store in memory
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "benchmark/sample.h"
#include "benchmark/scratch_directory.h"
#include "benchmark/scratch_store.h"
#include "benchmark/stopwatch.h"
#include "benchmark/warm_memory.h"
#include "drivers/software/software_device.h"
#include "emulation/faults/faulty_device.h"
#include "ingest/entry_stream.h"
#include "offload/dispatcher.h"
#include "pipeline/committing.h"
#include "pipeline/put.h"
#include "store/file_system.h"

namespace penstock {
namespace {

struct PutTime {
  double seconds = 0;
  double seconds_until_lost = 0;  // 0: nothing was lost
  Cid root;
};

unsigned number(const char* text, unsigned otherwise) {
  if (text == nullptr) return otherwise;
  const std::string_view digits(text);
  unsigned value = otherwise;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return std::max(1u, value);
}

double seconds_between(const DeviceHealth::Event& from, const DeviceHealth::Event& to) {
  return std::chrono::duration<double>(to.time - from.time).count();
}

Result<PutTime> put(const std::string& file, const ScratchDirectory& scratch, const BenchOptions& options,
                    bool hanging) {
  PENSTOCK_TRY_ASSIGN(const auto store, make_scratch_store(scratch.path("store"), options));
  auto cpu = make_software_device({});
  FaultOptions faults;
  faults.rate(FaultKind::never) = 1;
  faults.shares_host_memory = false;  // no guard before it: what it keeps are the put's own buffers
  auto device = std::make_unique<FaultyDevice>(make_software_device({}), faults);
  std::vector<Device*> devices = {cpu.get()};
  if (hanging) devices = {device.get()};
  warm_memory(options.sample_bytes_max + 512 * kMiB);
  PutTime time;
  Stopwatch watch;
  {
    Dispatcher dispatcher(devices, *cpu, {});
    dispatcher.own(std::move(device));
    dispatcher.own(std::move(cpu));
    PENSTOCK_TRY_ASSIGN(const auto entries, open_paths({file}));
    StoreFrameSink sink(*store);
    const PutOptions put_options = bench_put_options(options, options.threads);
    PENSTOCK_TRY_ASSIGN(const PutReport report, put_entries(*entries, dispatcher, sink, put_options));
    PENSTOCK_TRY(commit_put(*store, report, put_options, {{}, {}, {file}, "default", 0}));
    time.root = report.root.cid;
    for (const auto& member : dispatcher.members()) {
      const auto history = member->health().history();
      if (member->health().state() == DeviceState::lost)
        time.seconds_until_lost = seconds_between(history.front(), history.back());
    }
  }
  time.seconds = static_cast<double>(watch.lap()) * 1e-9;
  PENSTOCK_TRY(scratch.remove("store"));
  return time;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

Status measure(uint64_t bytes, unsigned runs) {
  BenchOptions options;
  options.sample_bytes_max = bytes;
  PENSTOCK_TRY_ASSIGN(const auto scratch, ScratchDirectory::create(options.directory));
  const std::string file = scratch->path("sample");
  {
    PENSTOCK_TRY_ASSIGN(const Sample sample,
                        Sample::read(default_sample_paths(), bytes, [](const Error&) {}));
    const Bytes all = sample.bytes();
    PENSTOCK_TRY_ASSIGN(const auto written, posix_file_system().create(file));
    PENSTOCK_TRY(written->write(0, {&all, 1}));
  }
  std::vector<double> alone;
  std::vector<double> with;
  std::vector<double> deadline;
  for (unsigned run = 0; run < runs; ++run) {
    PENSTOCK_TRY_ASSIGN(const PutTime cpu, put(file, *scratch, options, false));
    PENSTOCK_TRY_ASSIGN(const PutTime hung, put(file, *scratch, options, true));
    if (cpu.root != hung.root || hung.seconds_until_lost <= 0)
      return fail(Errc::corrupt, "hanging_device", "another root, or the device was not lost", "report this");
    alone.push_back(cpu.seconds);
    with.push_back(hung.seconds);
    deadline.push_back(hung.seconds_until_lost);
    fmt::print(
        "run {}: the CPU alone {:.3f} s; before it a device that never answers {:.3f} s, lost after {:.3f} "
        "s\n",
        run + 1, cpu.seconds, hung.seconds, hung.seconds_until_lost);
  }
  const double allowed = median(alone) * 1.05 + median(deadline);
  fmt::print("medians: {:.3f} s and {:.3f} s; the CPU alone, 5 % and the deadline are {:.3f} s\n",
             median(alone), median(with), allowed);
  if (median(with) > allowed)
    return fail(Errc::failed, "hanging_device", "a device that never answers costs more than that",
                "measure again where nothing else runs");
  return {};
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  using namespace penstock;
  const uint64_t mib = number(argc > 1 ? argv[1] : nullptr, 512);
  const unsigned runs = number(argc > 2 ? argv[2] : nullptr, 5);
  const Status measured = measure(mib * kMiB, runs);
  if (!measured) fmt::print(stderr, "{}\n", measured.error().message());
  return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
