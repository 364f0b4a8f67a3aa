// SPDX-License-Identifier: Apache-2.0
#include "chunking/content_cutter.h"

#include "chunking/zero_bytes.h"

namespace penstock {

ContentCutter::ContentCutter(const ChunkerSpec& spec) : spec_(spec), zeros_(spec.min), gear_(spec) {}

size_t ContentCutter::scan(Bytes window, std::vector<Piece>& pieces) {
  const size_t taken = advance(window, pieces);
  zeros_.slide(taken);
  return taken;
}

size_t ContentCutter::scan_to_hole(Bytes window, uint64_t zeros, std::vector<Piece>& pieces) {
  const size_t taken = advance(window, pieces);
  // The zeros before the hole, too few for a run, are one with it.
  const size_t run_begin = zeros_.settled();
  end_region(taken, run_begin, pieces);
  open_run_bytes_ += window.size() - run_begin + zeros;
  zeros_.settle(0);
  return window.size();
}

size_t ContentCutter::scan_to_end(Bytes window, std::vector<Piece>& pieces) {
  size_t taken = advance(window, pieces);
  taken = cut_region(window, taken, window.size(), pieces);
  end_region(taken, window.size(), pieces);
  end_zero_run(pieces);
  zeros_.settle(0);
  return window.size();
}

// Returns the start of the open chunk, or the window's end where that is in a zero run.
size_t ContentCutter::advance(Bytes window, std::vector<Piece>& pieces) {
  size_t at = 0;
  if (open_run_bytes_ > 0) {
    at = leading_zero_bytes(window);
    open_run_bytes_ += at;
    zeros_.settle(at);
    if (at == window.size()) return at;
    end_zero_run(pieces);
  }
  for (;;) {
    const ZeroFinder::Run run = zeros_.next(window);
    at = cut_region(window, at, run.begin, pieces);
    if (run.empty()) return at;
    end_region(at, run.begin, pieces);
    open_run_bytes_ = run.end - run.begin;
    at = run.end;
    if (at == window.size()) return at;
    end_zero_run(pieces);
  }
}

// Cuts what is known of a region from the open chunk's start on, and returns the start of the one left open.
size_t ContentCutter::cut_region(Bytes window, size_t begin, size_t end, std::vector<Piece>& pieces) {
  while (const size_t length = gear_.cut(window.subspan(begin, end - begin))) {
    pieces.push_back({Piece::Kind::data, length});
    begin += length;
  }
  return begin;
}

void ContentCutter::end_region(size_t begin, size_t end, std::vector<Piece>& pieces) {
  if (begin < end) pieces.push_back({Piece::Kind::data, end - begin});
  gear_.restart();
}

void ContentCutter::end_zero_run(std::vector<Piece>& pieces) {
  if (open_run_bytes_ > 0) pieces.push_back({Piece::Kind::zero_run, open_run_bytes_});
  open_run_bytes_ = 0;
}

}  // namespace penstock
