// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "chunking/chunker_spec.h"
#include "codec/codec_spec.h"

namespace penstock {

struct BenchOptions {
  std::vector<std::string> paths;  // to take the sample from
  uint64_t sample_bytes_max = 512 * kMiB;
  unsigned threads = 0;  // 0: one a CPU
  unsigned runs = 5;
  std::string directory = "/dev/shm";  // for the store and the files that are put and restored
  ChunkerSpec chunker;
  CodecSpec codec;
  std::function<void(std::string_view)> step;  // what is being done now, for a person
  std::function<void(const Error&)> skipped;   // a file that the sample goes without
};

}  // namespace penstock
