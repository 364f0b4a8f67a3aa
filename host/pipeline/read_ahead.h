// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>

#include "ingest/source.h"
#include "memory/buffer_pool.h"

namespace penstock {

// What comes next in the file that is being read, brought by a thread that would only wait for its turn at
// the source while another one cuts. Holds one buffer at most. The thread in turn calls read and take;
// help may be called by any at any time.
class ReadAhead {
 public:
  // A buffer with bytes of the stream in [begin, end).
  struct Window {
    Buffer buffer;
    size_t begin = 0;
    size_t end = 0;
  };

  // At most `bytes_max` bytes are read, and in front of them `headroom` bytes stay free for what the last
  // window leaves over. Where a buffer does not hold both, nothing is read ahead, nor from a source that
  // may wait: a batch that is full would wait with it.
  ReadAhead(BufferPool& buffers, size_t headroom, size_t bytes_max);

  // Source::read, in the order of the stream: first what was read ahead of it, by a copy, then `source`
  // itself. What was copied is added to `bytes_moved`. Where `into` was filled, others may read on in
  // `source` until the next call, and it is not to be destroyed before that.
  Result<ReadResult> read(Source& source, MutableBytes into, uint64_t& bytes_moved);
  // The whole of what was read ahead as it lies there, with at least `room` bytes free before it; nothing if
  // there is none.
  std::optional<Window> take(size_t room);

  // Reads on, after whoever is reading; false where there is nothing to read, or it has been read.
  bool help();

 private:
  bool may_offer(const Source& source) const;
  Result<ReadResult> next(Source& source, MutableBytes into, uint64_t& bytes_moved);

  BufferPool* buffers_;
  size_t headroom_;
  size_t bytes_max_;
  std::mutex mutex_;  // held while a source is read
  Source* offered_ = nullptr;
  Window window_;
  std::optional<Result<ReadResult>> behind_;  // what was read ahead where that was no bytes
};

}  // namespace penstock
