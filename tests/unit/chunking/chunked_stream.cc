// SPDX-License-Identifier: Apache-2.0
#include "unit/chunking/chunked_stream.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace penstock::test {

std::vector<Piece> cut_stream(Chunker& chunker, Bytes stream, const std::function<size_t()>& next_bytes,
                              const std::vector<Hole>& holes) {
  std::vector<Piece> pieces;
  size_t front = 0;  // where the window begins
  size_t back = 0;   // where it ends
  size_t hole = 0;
  for (bool ended = false; !ended;) {
    const size_t wall = hole < holes.size() ? holes[hole].offset : stream.size();
    const size_t step = std::min(wall - back, std::max<size_t>(1, next_bytes()));
    back += step;
    // A reader learns of a wall with the bytes before it, or only when it reads on.
    const bool at_wall = back == wall && (step == 0 || next_bytes() % 2 == 0);
    const Tail tail = !at_wall ? Tail::more : hole < holes.size() ? Tail::zeros : Tail::end;
    const uint64_t zeros = tail == Tail::zeros ? holes[hole].bytes : 0;
    const Bytes window = stream.subspan(front, back - front);
    const size_t taken = chunker.scan(window, tail, zeros, pieces);
    EXPECT_LE(window.size() - taken, chunker.retained_max());
    front += taken;
    if (tail == Tail::more) continue;
    EXPECT_EQ(taken, window.size());
    ended = tail == Tail::end;
    if (!ended) {
      ++hole;
      front = back = wall + zeros;
    }
  }
  uint64_t covered = 0;
  for (const Piece& piece : pieces) {
    EXPECT_GT(piece.length, 0u);
    covered += piece.length;
  }
  EXPECT_EQ(covered, stream.size());
  return pieces;
}

std::vector<Piece> cut_whole(std::string_view spec, Bytes stream) {
  Chunker chunker(spec_of(spec));
  std::vector<Piece> pieces;
  EXPECT_EQ(chunker.scan(stream, Tail::end, 0, pieces), stream.size());
  return pieces;
}

std::vector<uint64_t> leaves_of(const ChunkerSpec& spec, const std::vector<Piece>& pieces) {
  std::vector<uint64_t> leaves;
  for (const Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::data) {
      leaves.push_back(piece.length);
      continue;
    }
    leaves.insert(leaves.end(), piece.length / spec.zero_leaf_bytes(), spec.zero_leaf_bytes());
    if (piece.length % spec.zero_leaf_bytes() != 0) leaves.push_back(piece.length % spec.zero_leaf_bytes());
  }
  return leaves;
}

std::vector<uint8_t> random_bytes(std::mt19937_64& random, size_t count) {
  std::vector<uint8_t> bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

std::vector<uint8_t> bytes_with_zero_rows(std::mt19937_64& random, const ChunkerSpec& spec, size_t rows) {
  std::vector<uint8_t> stream;
  for (size_t i = 0; i < rows; ++i) {
    if (random() % 8 != 0) {
      const size_t count = random() % 3 == 0 ? random() % 20 : random() % (2 * spec.avg);
      for (size_t k = 0; k < count; ++k) stream.push_back(static_cast<uint8_t>(random()));
    }
    const size_t zeros = random() % 3 == 0 ? random() % (3 * spec.min) : spec.min - 3 + random() % 6;
    stream.insert(stream.end(), zeros, 0);
  }
  return stream;
}

ChunkerSpec spec_of(std::string_view text) {
  const Result<ChunkerSpec> spec = parse_chunker(text);
  EXPECT_TRUE(spec.has_value()) << text;
  return *spec;
}

}  // namespace penstock::test
