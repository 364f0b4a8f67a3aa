// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ingest/owned_fd.h"

namespace penstock {

// A descriptor that is readable once somebody has called. Shared by the thread that waits and all who may
// wake it, so that a late call finds it.
class WakeEvent {
 public:
  // No descriptors left: it never becomes readable, and fd() is -1.
  WakeEvent();

  void wake();   // any thread
  void clear();  // of what was called until now
  int fd() const { return fd_.get(); }

 private:
  OwnedFd fd_;
};

}  // namespace penstock
