// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "codec/codec.h"
#include "memory/buffer_pool.h"
#include "verify/verified_block.h"
#include "verify/verify_level.h"

namespace penstock {

// What a verifier did and what it cost.
struct VerifyCounters {
  uint64_t frames = 0;
  uint64_t bytes_decoded = 0;
  uint64_t bytes_digested = 0;
  uint64_t bytes_copied = 0;
  uint64_t mismatches = 0;
  uint64_t nanoseconds = 0;  // of this thread's CPU
};

// Checks frames against what a device claims of them, and makes the VerifiedBlock that the store accepts. One
// thread; its scratch memory is taken at construction.
class Verifier {
 public:
  // `scratch` and `copy` hold kFrameBytesMax bytes each.
  Verifier(VerifyLevel level, Buffer scratch, Buffer copy);

  // corrupt error if a digest or the decoded payload differs: nothing of the block may then be used. Lengths
  // that do not add up are a mismatch too.
  Result<VerifiedBlock> verify(const EncodedBlock& block);

  const VerifyCounters& counters() const { return counters_; }

 private:
  bool selected();  // whether a sampling verifier checks the next frame in full
  bool digests_hold(const EncodedBlock& block);
  bool payload_holds(const EncodedBlock& block, Bytes payload);

  VerifyLevel level_;
  Buffer scratch_;
  Buffer copy_;
  Decoder decoder_;
  std::vector<Bytes> messages_;
  std::vector<Digest> digests_;
  uint64_t sample_state_ = 0;
  VerifyCounters counters_;
};

}  // namespace penstock
