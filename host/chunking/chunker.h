// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "chunking/chunker_spec.h"
#include "chunking/piece.h"

namespace penstock {

// What follows the window given to Chunker::scan.
enum class Tail : uint8_t {
  more,   // unknown as yet: more data, a hole, or the end
  zeros,  // a hole of `zeros` bytes, not in memory: at least hole_bytes_min() long; its offset in the stream
          // and its length are multiples of hole_grain(). Other holes are shown as zero bytes in the window.
  end,    // the stream's end
};

// Cuts one stream into pieces (docs/chunker.md). The caller keeps the bytes: a window begins with what the
// last scan left over, unchanged, and goes on with the bytes of the stream that follow. The boundaries found
// do not depend on how the stream is split into windows, nor on which of its zeros are holes (for fixed, a
// hole is reported as a zero_run and the same zeros in memory as data pieces: the leaves are the same). One
// thread.
class Chunker {
 public:
  explicit Chunker(ChunkerSpec spec);
  ~Chunker();
  Chunker(Chunker&&) noexcept;
  Chunker& operator=(Chunker&&) noexcept;

  // Forgets the stream; the next scan starts a new one at offset 0.
  void reset();

  // Appends the pieces that are certain by now to `pieces`, and returns how many bytes at the front of
  // `window` they (and the zero run still open) take; the rest must be at the front of the next window. At
  // most retained_max() bytes are left over. After Tail::zeros the hole is taken too: nothing is left over.
  // After Tail::end everything has been emitted and the chunker is reset. Allocates only when `pieces` grows.
  size_t scan(Bytes window, Tail tail, uint64_t zeros, std::vector<Piece>& pieces);

  size_t retained_max() const;            // bytes
  size_t pieces_max(size_t bytes) const;  // that a stream of so many bytes can be cut into
  uint64_t hole_bytes_min() const;        // MIN for cdc, SIZE for fixed
  uint64_t hole_grain() const;            // 1 for cdc, SIZE for fixed
  const ChunkerSpec& spec() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace penstock
