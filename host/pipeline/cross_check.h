// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload/dispatcher.h"
#include "pipeline/batch.h"
#include "verify/verifier.h"

namespace penstock {

// `--verify cross` for a lane: makes a batch's `check` a job that has another device do again what one did,
// and reads the answer, which is data like any other: the verifier compares it, and the CPU has the last
// word.
class CrossCheck {
 public:
  // Whether devices check one another: asked for, and there are two.
  static bool possible(const Dispatcher& dispatcher, VerifyLevel level);

  CrossCheck(const Dispatcher& dispatcher, VerifyLevel level)
      : dispatcher_(&dispatcher), possible_(possible(dispatcher, level)) {}

  bool possible() const { return possible_; }

  // Has another device digest the chunks, or decode the payload. False where none can now: the host has to.
  bool ask_digests(Batch& batch) const;
  bool ask_payload(Batch& batch) const;

  // Drops the other device's digests of chunks that are present; before chunks themselves are.
  static void keep_misses(Batch& batch);
  // What the other device answered. `decoded` is empty where the payload does not decode.
  static CrossAnswer answer(const Batch& batch);

 private:
  bool ask(Batch& batch, Batch::Step step) const;

  const Dispatcher* dispatcher_;
  bool possible_;
};

}  // namespace penstock
