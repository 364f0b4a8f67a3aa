// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "base/result.h"
#include "offload/dispatcher.h"
#include "pipeline/frame_sink.h"
#include "verify/verify_level.h"

namespace penstock {

// What follows for a put from a wrong answer where its level, `payload` or `sample`, has left others of the
// device's unchecked: everything is checked from then on, and what was appended until then is read back
// before the put may be committed. What cannot be made good so are chunks that were found present by a digest
// which nobody has checked: their content was not kept. Any thread.
class Distrust {
 public:
  Distrust(const Dispatcher& dispatcher, VerifyLevel level) : dispatcher_(&dispatcher), level_(level) {}

  // A device was found wrong: by verification, the dispatcher, or a self-test.
  bool begun() const noexcept;
  // Some chunks were found present by a device's digests.
  void found_unchecked() noexcept { found_unchecked_ = true; }

  // corrupt: the put has to end.
  Status provable() const;
  // In front of a commit, when nothing is under way. corrupt: there must be none. What comes behind it stands
  // for itself: it is not held against the next commit what this one holds.
  Status settle(FrameSink& sink);

 private:
  const Dispatcher* dispatcher_;
  const VerifyLevel level_;
  std::atomic<bool> found_unchecked_{false};
  bool settled_ = false;  // all that is put now is checked
};

}  // namespace penstock
