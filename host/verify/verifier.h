// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
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
  uint64_t frames_crossed = 0;  // of them, checked by another device
  uint64_t bytes_decoded = 0;
  uint64_t bytes_digested = 0;
  uint64_t mismatches = 0;
  uint64_t nanoseconds = 0;  // of this thread's CPU

  VerifyCounters& operator+=(const VerifyCounters& other);
};

// Checks frames against what a device claims of them, and makes the VerifiedBlock that the store accepts. One
// thread; its scratch memory is taken at construction.
//
// What each level checks, beside the lengths, which are checked always:
//   full     every digest that the CPU did not make; the payload decodes to the raw bytes
//   cross    as full; verify_cross() compares with what another device decoded and digested
//   payload  the payload decodes to the raw bytes
//   sample   as full, for frames chosen by chance; no device can tell which
class Verifier {
 public:
  // `scratch` holds kFrameBytesMax bytes.
  Verifier(VerifyLevel level, Buffer scratch);

  // corrupt error if a digest or the decoded payload differs: nothing of the block may then be used. Lengths
  // that do not add up, or pass the limits of a frame, are a mismatch too.
  Result<VerifiedBlock> verify(const EncodedBlock& block);

  // The same with another device's answer in the place of the host's work: it has to agree with the block in
  // all. corrupt error where it does not, of which nothing is counted: who was wrong is for verify() to say.
  Result<VerifiedBlock> verify_cross(const EncodedBlock& block, const CrossAnswer& answer);

  // Whether `decoded` is what the payload decodes to.
  bool decodes_to(const EncodedBlock& block, Bytes decoded);

  // Digests that a device made of `messages`, kFrameChunksMax at the most, before anything is looked up by
  // them: computed again, and replaced by this CPU's own. False, and a mismatch, where they were others.
  bool recompute(std::span<const Bytes> messages, std::span<Digest> digests);

  // From now on every frame in full: a device whose work was trusted has been found wrong.
  void trust_nothing() { level_ = {}; }

  const VerifyCounters& counters() const { return counters_; }

 private:
  Result<VerifiedBlock> checked(const EncodedBlock& block);
  bool selected();  // whether digests and payload of this frame are both checked
  Status check_lengths(const EncodedBlock& block) const;
  Status check_digests(const EncodedBlock& block);
  Status check_payload(const EncodedBlock& block);
  Status check_answer(const EncodedBlock& block, const CrossAnswer& answer) const;
  static VerifiedBlock verified(const EncodedBlock& block);

  VerifyLevel level_;
  Buffer scratch_;
  Decoder decoder_;
  std::vector<Bytes> messages_;
  std::vector<Digest> digests_;
  uint64_t sample_state_;
  VerifyCounters counters_;
};

}  // namespace penstock
