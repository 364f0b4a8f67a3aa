// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "intake/arrival_batch.h"
#include "intake/arrival_queue.h"
#include "intake/feed_tally.h"
#include "intake/upload_body.h"
#include "memory/buffer_pool.h"

namespace penstock {

// Gathers the pieces of one worker's uploads, as they come, in a batch; one that has no room for the next is
// handed over to the lanes. One thread. What returns a bool is false, and has placed nothing, where there is
// no room now: neither in the queue nor in a buffer.
class BatchGatherer {
 public:
  BatchGatherer(ArrivalQueue& queue, BufferPool& buffers, uint32_t zero_leaf_bytes, FeedTally& tally)
      : queue_(&queue), buffers_(&buffers), zero_leaf_bytes_(zero_leaf_bytes), tally_(&tally) {}

  // A stream's first event.
  bool begin(TreeEvent event);
  // `bytes`: of a data piece.
  bool place(uint64_t stream, const UploadPiece& piece, Bytes bytes);
  // Its last: stream_end, stream_suspended, stream_dropped. Somebody waits for what comes of it.
  bool end(uint64_t stream, TreeEvent::Kind kind);

  // A batch that somebody waits for does not wait for a full frame: not at all where a lane has nothing else
  // to do, and not for long where other workers keep them busy.
  void hand_over_what_is_waited_for();
  // What is gathered comes to nothing.
  void clear() { batch_.clear(); }

 private:
  bool place_data(uint64_t stream, Bytes bytes);
  bool place_known(uint64_t stream, const UploadPiece& piece);
  bool place_zeros(uint64_t stream, uint64_t length);
  bool make_room(size_t bytes, size_t events, uint64_t tree_work = 0);
  TreeEvent& leaves_event(uint64_t stream, TreeEvent::Kind kind);

  ArrivalQueue* queue_;
  BufferPool* buffers_;
  const uint32_t zero_leaf_bytes_;
  FeedTally* tally_;
  ArrivalBatch batch_;
};

}  // namespace penstock
