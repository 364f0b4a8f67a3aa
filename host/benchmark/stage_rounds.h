// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "benchmark/bench_options.h"
#include "benchmark/frame_set.h"
#include "benchmark/library_codec.h"
#include "benchmark/library_costs.h"
#include "benchmark/library_digest.h"
#include "benchmark/scratch_directory.h"
#include "benchmark/stage_bench.h"
#include "codec/codec.h"
#include "memory/buffer_pool.h"
#include "memory/slab.h"
#include "verify/verifier.h"

namespace penstock {

class Store;

// Takes a sample through the stages of a put one by one on the caller's thread, and through the libraries:
// batch by batch and frame by frame in turns, ours first in every second, so that what else the machine does
// hits both alike. Borrows all that it is given. One thread.
class StageRounds {
 public:
  // `sample_file` holds the sample too. failed: no memory.
  static Result<std::unique_ptr<StageRounds>> create(const BenchOptions& options, Bytes sample,
                                                     const FrameSet& frames, const std::string& sample_file,
                                                     const ScratchDirectory& scratch);

  // Every stage once.
  Status run_round();

  std::vector<StageBench> stages() const { return {read_, chunk_, digest_, encode_, verify_, append_}; }
  LibraryCosts library_costs() const {
    return {digest_.library_cost(), encode_.library_cost(), verify_.library_cost()};
  }

 private:
  // Nanoseconds of one round.
  struct Laps {
    uint64_t ours = 0;
    uint64_t theirs = 0;
  };

  StageRounds(const BenchOptions& options, Bytes sample, const FrameSet& frames, std::string sample_file,
              const ScratchDirectory& scratch, std::unique_ptr<BufferPool> buffers, Slab encoded);

  Status read_sample();
  void cut_sample();
  Status digest_chunks();
  Status encode_verify_append();
  EncodedBlock encode(const FrameSet::Frame& frame, Laps& laps);
  Status append(Store& store, const VerifiedBlock& block, Laps& laps);
  // Times both, in an order that changes each time.
  template <class Ours, class Theirs>
  void take_turns(Laps& laps, Ours&& ours, Theirs&& theirs);

  const BenchOptions* options_;
  Bytes sample_;
  const FrameSet* frames_;
  const std::string sample_file_;
  const ScratchDirectory* scratch_;
  std::unique_ptr<BufferPool> buffers_;
  Buffer payload_;
  Buffer decoded_;
  Slab encoded_;  // the library's output
  Encoder encoder_;
  Verifier verifier_;
  LibraryDigest library_digest_;
  std::unique_ptr<LibraryCodec> library_;  // nothing for `stored`
  std::vector<Piece> pieces_;
  uint64_t turn_ = 0;

  StageBench read_;
  StageBench chunk_;
  StageBench digest_;
  StageBench encode_;
  StageBench verify_;
  StageBench append_;
};

}  // namespace penstock
