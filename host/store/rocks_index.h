// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "store/index.h"

namespace penstock {

// An Index in RocksDB (docs/index.md): bloom filters answer most misses from memory, every block on disk has
// a checksum, and readers open it beside the writer. Memory is bounded by kMemoryBytes. Its exceptions and
// statuses end here.
class RocksIndex final : public Index {
 public:
  static constexpr size_t kMemoryBytes = size_t{128} << 20;  // write buffers and block cache

  // failed: cannot be opened, damaged, or of another store: to be opened again with `discard`.
  static Result<std::unique_ptr<Index>> open(const IndexOpening& opening);
  ~RocksIndex() override;

  Status find(std::span<const Digest> digests, std::span<std::optional<Placement>> placements) override;
  Status insert(std::span<const IndexEntry> entries, std::span<const Coverage> coverage) override;
  Status for_each_coverage(const std::function<void(Coverage)>& visit) override;
  Status flush() override;

 private:
  struct State;
  explicit RocksIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace penstock
