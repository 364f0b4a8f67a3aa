// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "pipeline/batch.h"
#include "pipeline/outline_sink.h"

namespace penstock {

// Brings batches, whose digests become known in any order, to the assembler in stream order. Lanes
// deliver; the one that brings the batch whose turn it is assembles, and what was parked behind it as well,
// while the others go on. Memory: `window` outlines.
class StreamOrder {
 public:
  StreamOrder(OutlineSink& assembler, size_t window);

  // Waits until a batch of this number may be started: at most `window` batches are ahead of the tree. False
  // when stop() was called.
  bool wait_for_room(uint64_t sequence);
  // Whether it may, without waiting.
  bool has_room(uint64_t sequence);

  // Takes the outline's contents; it comes back empty, with the capacity of another. An error of the
  // assembler stops the course, and what is delivered afterwards is dropped.
  Status deliver(BatchOutline& outline);

  void stop();

 private:
  struct Slot {
    bool filled = false;
    BatchOutline outline;
  };

  OutlineSink* assembler_;
  std::mutex mutex_;
  std::condition_variable advanced_;
  std::vector<Slot> slots_;
  uint64_t next_ = 0;
  bool assembling_ = false;
  bool stopped_ = false;
};

}  // namespace penstock
