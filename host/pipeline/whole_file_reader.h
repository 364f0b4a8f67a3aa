// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "chunking/chunker.h"
#include "pipeline/batch.h"
#include "pipeline/put.h"
#include "pipeline/stage_times.h"

namespace penstock {

// Reads and cuts the files that lie in one batch from begin to end. Nothing about them depends on what stands
// before or after, so lanes do this side by side, each with a reader of its own.
class WholeFileReader {
 public:
  explicit WholeFileReader(const PutOptions& options);

  // Reads batch.whole_files to their places in the input, and puts their events and chunks where they belong.
  // One that cannot be read is dropped and reported.
  void read(Batch& batch, StageClock& clock);

  // What was met so far; fields that concern the source.
  const PutCounters& counters() const { return counters_; }

 private:
  void read_file(WholeFile& file, MutableBytes input, StageClock& clock);
  Result<size_t> read_bytes(Source& source, MutableBytes into);
  void place_pieces(uint32_t offset);
  void report(const Error& error);

  const PutOptions* options_;
  Chunker chunker_;
  PutCounters counters_;
  std::vector<Piece> pieces_;
  // The batch's events and chunks as they become; swapped with the batch's own.
  std::vector<TreeEvent> events_;
  std::vector<ChunkRef> chunks_;
};

}  // namespace penstock
