// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "chunking/chunker_spec.h"
#include "chunking/gear_scanner.h"
#include "chunking/piece.h"
#include "chunking/zero_finder.h"

namespace penstock {

// The cdc half of Chunker: zero runs first, then gear within the data regions between them. One thread.
class ContentCutter {
 public:
  explicit ContentCutter(const ChunkerSpec& spec);

  // Both return how many bytes at the front of the window have been taken.
  size_t scan(Bytes window, std::vector<Piece>& pieces);  // more may follow
  size_t scan_to_hole(Bytes window, uint64_t zeros,
                      std::vector<Piece>& pieces);               // a hole of `zeros` bytes follows
  size_t scan_to_end(Bytes window, std::vector<Piece>& pieces);  // nothing follows

  size_t retained_max() const { return size_t{spec_.max} - 1 + spec_.min - 1; }

 private:
  size_t advance(Bytes window, std::vector<Piece>& pieces);
  size_t cut_region(Bytes window, size_t begin, size_t end, std::vector<Piece>& pieces);
  void end_region(size_t begin, size_t end, std::vector<Piece>& pieces);
  void end_zero_run(std::vector<Piece>& pieces);

  ChunkerSpec spec_;
  ZeroFinder zeros_;
  GearScanner gear_;
  uint64_t open_run_bytes_ = 0;  // of a zero run that reached the end of what was shown; it has been taken
};

}  // namespace penstock
