// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "benchmark/bench_options.h"
#include "benchmark/library_costs.h"
#include "benchmark/pipeline_bench.h"
#include "benchmark/stage_bench.h"

namespace penstock {

// What the sample was, and what the chunker made of it. Bytes are raw bytes.
struct SampleFigures {
  uint64_t bytes = 0;
  uint64_t files = 0;
  uint64_t files_skipped = 0;  // could not be read
  uint64_t chunks = 0;
  uint64_t frames = 0;
  uint64_t bytes_zero_runs = 0;
  uint64_t bytes_duplicate = 0;
  uint64_t bytes_unique = 0;
};

// What `penstock bench` found. All figures are medians of the runs.
struct BenchReport {
  BenchOptions options;
  SampleFigures sample;
  unsigned threads = 1;
  unsigned cores = 1;  // that so many threads can keep busy here
  bool directory_in_memory = false;
  std::vector<StageBench> stages;  // in the order of the data's way
  LibraryCosts libraries;
  PipelineBench pipeline;

  // Bytes a second.
  double bound() const { return libraries.bound(sample.bytes, cores); }
  double put_rate() const { return Cost{sample.bytes, pipeline.put.median_ns()}.bytes_per_second(); }
  // Of the bound that `put` on all threads reaches; 0 where there is none.
  double share_of_bound() const { return bound() > 0 ? put_rate() / bound() : 0; }
  // put's speed on all threads to that on one core.
  double scaling() const {
    const double all = pipeline.put.median_ns();
    return all > 0 ? pipeline.put_one_core.median_ns() / all : 0;
  }
};

}  // namespace penstock
