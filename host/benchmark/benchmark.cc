// SPDX-License-Identifier: Apache-2.0
#include "benchmark/benchmark.h"

#include <algorithm>
#include <memory>
#include <string>

#include "base/limits.h"
#include "benchmark/frame_set.h"
#include "benchmark/pipeline_rounds.h"
#include "benchmark/sample.h"
#include "benchmark/scratch_directory.h"
#include "benchmark/stage_rounds.h"
#include "pipeline/memory_plan.h"
#include "store/file_system.h"

namespace penstock {
namespace {

// What a store needs beside its payloads: index, logs, segments that begin.
constexpr uint64_t kStoreRoom = 64 * kMiB;

// The sample's file, a store of it where nothing shrinks, and what is restored from there.
uint64_t room_needed(uint64_t sample_bytes) {
  return 3 * sample_bytes + sample_bytes / 16 + kStoreRoom;
}

Status write_file(const std::string& path, Bytes bytes) {
  PENSTOCK_TRY_ASSIGN(const auto file, posix_file_system().create(path));
  return file->write(0, {&bytes, 1});
}

SampleFigures figures_of(const Sample& sample, const FrameSet& frames, uint64_t files_skipped) {
  return {.bytes = sample.bytes().size(),
          .files = sample.files(),
          .files_skipped = files_skipped,
          .chunks = frames.chunks(),
          .frames = frames.frames().size(),
          .bytes_zero_runs = frames.bytes_zero_runs(),
          .bytes_duplicate = frames.bytes_chunks() - frames.bytes_unique(),
          .bytes_unique = frames.bytes_unique()};
}

// Names the round before each of its steps.
BenchOptions numbered(const BenchOptions& options, const unsigned& round) {
  BenchOptions told = options;
  told.step = [&options, &round](std::string_view step) {
    options.step("run " + std::to_string(round) + " of " + std::to_string(options.runs) + ": " +
                 std::string(step));
  };
  return told;
}

}  // namespace

Result<BenchReport> run_benchmark(Device& device, const BenchOptions& options) {
  PENSTOCK_TRY_ASSIGN(const auto scratch, ScratchDirectory::create(options.directory));
  options.step("sample");
  uint64_t skipped = 0;
  const auto skip = [&](const Error& error) {
    ++skipped;
    options.skipped(error);
  };
  PENSTOCK_TRY_ASSIGN(const Sample sample, Sample::read(options.paths, options.sample_bytes_max, skip));
  PENSTOCK_TRY(scratch->require_room(room_needed(sample.bytes().size())));
  const std::string sample_file = scratch->path("sample");
  PENSTOCK_TRY(write_file(sample_file, sample.bytes()));
  PENSTOCK_TRY_ASSIGN(const FrameSet frames, FrameSet::build(options.chunker, sample.bytes()));

  BenchReport report;
  report.options = options;
  report.sample = figures_of(sample, frames, skipped);
  report.threads = usable_threads(options.threads);
  report.cores = std::min(report.threads, usable_threads(0));
  report.directory_in_memory = scratch->in_memory();

  unsigned round = 0;
  const BenchOptions told = numbered(options, round);
  PENSTOCK_TRY_ASSIGN(const auto stages,
                      StageRounds::create(told, sample.bytes(), frames, sample_file, *scratch));
  PipelineRounds pipeline(told, report.threads, device, sample_file, sample.bytes().size(), *scratch);
  while (round < options.runs) {
    ++round;
    PENSTOCK_TRY(stages->run_round());
    PENSTOCK_TRY(pipeline.run_round());
  }
  report.stages = stages->stages();
  report.libraries = stages->library_costs();
  report.pipeline = pipeline.bench();
  return report;
}

}  // namespace penstock
