// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "benchmark/bench_options.h"
#include "benchmark/pipeline_bench.h"
#include "benchmark/scratch_directory.h"
#include "dag/cid.h"
#include "offload/device.h"

namespace penstock {

class Store;

// Puts a sample into stores of its own, gets it back and verifies it, by the code that the commands use.
// Borrows all that it is given. One thread beside those that the pipeline starts.
class PipelineRounds {
 public:
  // `sample_file` holds `sample_bytes`.
  PipelineRounds(const BenchOptions& options, unsigned threads, Device& device, std::string sample_file,
                 uint64_t sample_bytes, const ScratchDirectory& scratch)
      : options_(&options),
        threads_(threads),
        device_(&device),
        sample_file_(std::move(sample_file)),
        sample_bytes_(sample_bytes),
        scratch_(&scratch) {}

  // Everything once.
  Status run_round();

  const PipelineBench& bench() const { return bench_; }

 private:
  // Times a put, committed, and returns its root.
  Result<Cid> put(Store& store, unsigned threads, Timing& timing);
  Status put_twice();
  Status get_and_verify();
  Status put_on_one_core();

  const BenchOptions* options_;
  const unsigned threads_;
  Device* device_;
  const std::string sample_file_;
  const uint64_t sample_bytes_;
  const ScratchDirectory* scratch_;
  Cid root_;
  PipelineBench bench_;
};

}  // namespace penstock
