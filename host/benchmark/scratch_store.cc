// SPDX-License-Identifier: Apache-2.0
#include "benchmark/scratch_store.h"

#include "store/file_system.h"

namespace penstock {

Result<std::unique_ptr<Store>> make_scratch_store(const std::string& directory, const BenchOptions& options) {
  StoreConfig config;
  config.chunker = chunker_text(options.chunker);
  config.codec = codec_text(options.codec);
  PENSTOCK_TRY(Store::init(posix_file_system(), directory, config));
  return Store::open(posix_file_system(), directory, Access::write, {});
}

PutOptions bench_put_options(const BenchOptions& options, unsigned threads) {
  PutOptions put;
  put.chunker = options.chunker;
  put.codec = options.codec;
  put.threads = threads;
  return put;
}

}  // namespace penstock
