// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "fault/reference_model.h"
#include "fault/seeded_random.h"
#include "store/index.h"

namespace penstock {

// One change of the index.
struct IndexChange {
  LogPosition when = 0;  // of the file system's log
  bool discard = false;  // all before it went
  std::vector<IndexEntry> entries;
  std::vector<Coverage> coverage;
};

// An index in memory that remembers its changes, so that a crash may leave it lost, damaged, or as it was
// after any of them: behind what is durable in the segments, or ahead of it. Outlives the indexes opened on
// it.
class RecordedIndex {
 public:
  using Clock = std::function<LogPosition()>;

  IndexFactory factory(Clock now);

  // A state that a crash at `position` may leave.
  RecordedIndex crash(LogPosition position, SeededRandom& random) const;

 private:
  class Opened;

  std::vector<IndexChange> changes_;
  bool lost_ = false;     // there is no index
  bool damaged_ = false;  // it cannot be opened, or fails when it is asked
};

}  // namespace penstock
