// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "sender/part_pieces.h"
#include "sender/root_maker.h"

namespace penstock {

// A part of a body, from when it is read until the server has acknowledged it. The headroom is address space:
// only what a chunk that goes on from the part before needs of it becomes memory. Owned by a BodyBuffers;
// used by whoever it was handed to.
struct BodyBuffer {
  static constexpr size_t kBytes = size_t{1} << 20;

  MutableBytes room() const { return {memory.get() + RootMaker::kHeadroomBytes, kBytes}; }
  Bytes content() const { return room().first(bytes); }

  std::unique_ptr<uint8_t[]> memory =
      std::make_unique_for_overwrite<uint8_t[]>(RootMaker::kHeadroomBytes + kBytes);
  size_t bytes = 0;
  size_t skipped = 0;  // at its front, that the server has: not sent
  bool first = false;  // the body begins with it
  bool last = false;   // the body ends with it
  // Where it is sent so: chunks may begin in front of `content`, and end behind it, in the next part.
  PartPieces pieces;
  bool asked = false;      // which of them the server has
  unsigned questions = 0;  // about that
};

}  // namespace penstock
