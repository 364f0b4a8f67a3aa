// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "pipeline/batch.h"
#include "pipeline/stage_times.h"

namespace penstock {

// Where lanes get their batches. One lane at a time calls fill, the others meanwhile what else there is.
class BatchSource {
 public:
  enum class Fill : uint8_t {
    filled,
    nothing,  // now; ask again
    ended,    // and nothing comes any more
  };

  virtual ~BatchSource() = default;

  // Fills an idle batch: its input, chunks, whole_files and outline.events. `may_wait`: the lane has nothing
  // else to do.
  virtual Result<Fill> fill(Batch& batch, StageClock& clock, bool may_wait) = 0;
  // For a lane that would only wait for its turn. False if there is nothing to do.
  virtual bool read_ahead(StageClock&) { return false; }
  // A batch is done with, and what it held is free. Any lane.
  virtual void retired() {}
  // A lane has failed: whoever waits in fill is to come back.
  virtual void stop() {}
};

}  // namespace penstock
