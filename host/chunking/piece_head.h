// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"

namespace penstock {

// A stream that its sender has cut already, so that what the receiver has need not be sent (docs/ingest.md,
// "Pieces"): kPiecesMagic, then pieces front to back, then an end. Each is a head; behind that of a data
// piece stand its bytes.
inline constexpr std::string_view kPiecesMediaType = "application/vnd.penstock.pieces";
inline constexpr std::array<uint8_t, 8> kPiecesMagic = {'P', 'N', 'S', 'T', 'P', 'C', 'S', '1'};

struct PieceHead {
  enum class Kind : uint8_t {
    data = 1,
    known = 2,     // the receiver has it: `digest`
    zero_run = 3,  // of any length
    end = 4,       // `length` is that of the stream
  };
  static constexpr size_t kBytesMin = 9;   // kind, length
  static constexpr size_t kBytesMax = 41;  // and the digest of a known piece

  Kind kind = Kind::data;
  uint64_t length = 0;  // bytes
  Digest digest{};      // known: SHA-256

  friend bool operator==(const PieceHead&, const PieceHead&) = default;
};

void append_piece_head(const PieceHead& head, std::vector<uint8_t>& bytes);

// The head at the front of `bytes`; returns how long it is, 0 where more bytes are needed to tell. usage
// error: there is no such kind.
Result<size_t> parse_piece_head(Bytes bytes, PieceHead& head);

}  // namespace penstock
