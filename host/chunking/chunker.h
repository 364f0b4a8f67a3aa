// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "chunking/chunker_spec.h"

namespace penstock {

// A piece of a stream, in order and without gaps.
struct Piece {
  enum class Kind : uint8_t { data, zero_run };

  Kind kind = Kind::data;
  uint64_t length = 0;  // bytes; data: at most 1 MiB. zero_run: a whole maximal run, any length (cdc), or a whole
                        // number of grid cells (fixed; neighbouring zero_run pieces may follow each other).
};

// What follows the window given to Chunker::scan.
enum class Tail : uint8_t {
  more,   // unknown as yet: more data, a hole, or the end
  zeros,  // a hole of `zeros` bytes, not in memory: at least hole_bytes_min() long; its offset in the stream
          // and its length are multiples of hole_grain(). Other holes are shown as zero bytes in the window.
  end,    // the stream's end
};

// Cuts one stream into pieces (docs/chunker.md). The caller keeps the bytes: `window` holds all bytes of the
// stream from consumed() on that are in memory, the ones shown before at the same place, new ones behind. The
// boundaries found do not depend on how the stream is split into windows, nor on which of its zeros are holes.
// One thread.
class Chunker {
 public:
  explicit Chunker(ChunkerSpec spec);
  ~Chunker();
  Chunker(Chunker&&) noexcept;
  Chunker& operator=(Chunker&&) noexcept;

  // Forgets the stream; the next scan starts a new one at offset 0.
  void reset();

  // Appends the pieces that are certain by now to `pieces`, and returns how many bytes at the front of `window`
  // they (and the zero run still open) take; the rest must be at the front of the next window. At most
  // retained_max() bytes are left over. After Tail::zeros the hole is taken too: nothing is left over. After
  // Tail::end everything has been emitted and the chunker is reset. Allocates only when `pieces` grows.
  size_t scan(Bytes window, Tail tail, uint64_t zeros, std::vector<Piece>& pieces);

  size_t retained_max() const;     // bytes
  uint64_t hole_bytes_min() const; // MIN for cdc, SIZE for fixed
  uint64_t hole_grain() const;     // 1 for cdc, SIZE for fixed
  const ChunkerSpec& spec() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace penstock
