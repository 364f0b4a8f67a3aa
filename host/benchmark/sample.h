// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "memory/slab.h"

namespace penstock {

// Real data to measure on: files' contents, one behind the other, in memory.
class Sample {
 public:
  // At most `bytes_max` of the files under `paths`, in the order in which a put meets them. Each path gives
  // its first files up to an even share of what is still to be had; the last of them may be cut short. The
  // same files give the same sample. `skipped` is told of what cannot be read. failed: a path does not exist,
  // or there is nothing to read.
  static Result<Sample> read(const std::vector<std::string>& paths, uint64_t bytes_max,
                             const std::function<void(const Error&)>& skipped);

  Bytes bytes() const { return Bytes(memory_.bytes()).first(size_); }
  uint64_t files() const { return files_; }

 private:
  explicit Sample(Slab memory) : memory_(std::move(memory)) {}

  Status add(const std::string& path, size_t end, const std::function<void(const Error&)>& skipped);

  Slab memory_;
  size_t size_ = 0;
  uint64_t files_ = 0;
};

// Where every machine has files of several kinds: programs, headers, libraries, scripts, documentation. Those
// of a fixed list that exist here.
std::vector<std::string> default_sample_paths();

}  // namespace penstock
