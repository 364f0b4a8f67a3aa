// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace penstock {

// Finds the maximal rows of at least `run_bytes_min` zero bytes in a stream shown through a window that
// slides over it. Reads one word in about run_bytes_min bytes where there are no zeros, and no byte much more
// than once where there are, however the stream is split into windows. Positions are in the window. One
// thread.
class ZeroFinder {
 public:
  // [begin, end); a run that reaches the window's end goes on if the stream does.
  struct Run {
    size_t begin = 0;
    size_t end = 0;
    bool empty() const { return begin == end; }
  };

  explicit ZeroFinder(size_t run_bytes_min) : run_bytes_min_(run_bytes_min) {}

  // The first run that begins at or behind settled(). If there is none, an empty one at the place up to which
  // it is certain that no run begins: what follows it in the window, fewer than run_bytes_min bytes, is all
  // zero. Either way settled() moves to the run's end.
  Run next(Bytes window);

  // Everything before it has been decided.
  size_t settled() const { return settled_; }

  // The window's front has moved on by `bytes`, which is at most settled().
  void slide(size_t bytes);
  // What stands before `position` has been decided by the caller: no run found begins there.
  void settle(size_t position) { settled_ = zeros_end_ = position; }

 private:
  Run unfinished(Bytes window);

  size_t run_bytes_min_;
  size_t settled_ = 0;    // the first byte that can belong to a run not yet found
  size_t zeros_end_ = 0;  // [settled_, zeros_end_) was seen to be zero
};

}  // namespace penstock
