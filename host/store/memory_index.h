// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <shared_mutex>
#include <unordered_map>

#include "store/index.h"

namespace penstock {

// An Index that is lost with its process, for tests and where RocksDB cannot be used.
class MemoryIndex final : public Index {
 public:
  Status find(std::span<const Digest> digests, std::span<std::optional<Placement>> placements) override;
  Status insert(std::span<const IndexEntry> entries, std::span<const Coverage> coverage) override;
  Status for_each_coverage(const std::function<void(Coverage)>& visit) override;
  Status flush() override { return {}; }

  // A factory of empty ones.
  static IndexFactory factory();

 private:
  std::shared_mutex mutex_;
  std::unordered_map<Digest, Placement, DigestHash> placements_;
  std::map<uint32_t, uint32_t> coverage_;
};

}  // namespace penstock
