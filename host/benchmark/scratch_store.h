// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "benchmark/bench_options.h"
#include "pipeline/put.h"
#include "store/store.h"

namespace penstock {

// A new store in `directory`, which is not there yet, open for writing.
Result<std::unique_ptr<Store>> make_scratch_store(const std::string& directory, const BenchOptions& options);

// A put as the bench does it: with the options' chunker and codec, and everything verified.
PutOptions bench_put_options(const BenchOptions& options, unsigned threads);

}  // namespace penstock
