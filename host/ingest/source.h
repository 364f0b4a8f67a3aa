// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace penstock {

// What Source::read brought: bytes, or a hole that it skipped (never both); neither at the end.
struct ReadResult {
  size_t bytes = 0;
  uint64_t hole_bytes = 0;
  bool end() const { return bytes == 0 && hole_bytes == 0; }
};

// A stream of bytes, read once from front to back. One thread at a time.
class Source {
 public:
  virtual ~Source() = default;

  // Fills `into`, which is not empty, as far as data is there without a hole between; may be short before the
  // end. An error concerns this source alone (a bad sector, say), not the ones that follow.
  virtual Result<ReadResult> read(MutableBytes into) = 0;

  // Whether read may wait for somebody who writes, for as long as he likes.
  virtual bool may_wait() const { return false; }

  // Asked at the end: why the content cannot be taken as one moment's (it grew, shrank or was written to
  // while it was read); empty if it can.
  virtual std::string changed() { return {}; }
};

}  // namespace penstock
