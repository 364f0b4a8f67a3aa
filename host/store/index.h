// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/digest.h"
#include "base/result.h"

namespace penstock {

// Where a block lies.
struct Placement {
  uint32_t segment = 0;  // number
  uint32_t record = 0;   // offset of its record in the segment, bytes
  uint32_t place = 0;    // position in the record's chunk table

  friend bool operator==(const Placement&, const Placement&) = default;
};

struct IndexEntry {
  Digest digest;
  Placement placement;
};

// How far into a segment the index knows every record.
struct Coverage {
  uint32_t segment = 0;
  uint32_t bytes = 0;
};

// digest → placement: a cache, which may be lost, behind or ahead of the segments without harm; the store
// compares its coverage with the watermarks. Errors mean that it is to be thrown away and rebuilt.
// find is thread-safe, also beside insert; insert is called by one thread at a time.
class Index {
 public:
  virtual ~Index() = default;

  // placements[i] for digests[i]. Mostly misses.
  virtual Status find(std::span<const Digest> digests, std::span<std::optional<Placement>> placements) = 0;
  // Entries replace older ones of the same digest. Entries and coverage become visible together, and if they
  // survive a crash they do so together.
  virtual Status insert(std::span<const IndexEntry> entries, std::span<const Coverage> coverage) = 0;
  virtual Status for_each_coverage(const std::function<void(Coverage)>& visit) = 0;
  // Makes what was inserted durable. Called at commit; never needed for correctness.
  virtual Status flush() = 0;
};

struct IndexOpening {
  std::string directory;
  bool writable = false;
  bool discard = false;  // start empty, for good: the old one is damaged
  std::string uuid;      // of the store: an index of another one must not open
};
using IndexFactory = std::function<Result<std::unique_ptr<Index>>(const IndexOpening&)>;

}  // namespace penstock
