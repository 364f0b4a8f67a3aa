// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "chunking/chunker.h"

namespace penstock::test {

// A row of zeros in a stream that the chunker is told of instead of shown.
struct Hole {
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

// Shows `stream` to `chunker` the way a reader does: keeps what is left over, appends `next_bytes()` more at
// a time (0 is taken as 1), jumps over `holes` (ascending). Checks that no more than retained_max() is ever
// left over, that nothing is behind a hole, and that the pieces cover the stream.
std::vector<Piece> cut_stream(Chunker& chunker, Bytes stream, const std::function<size_t()>& next_bytes,
                              const std::vector<Hole>& holes = {});

// The whole stream in one window.
std::vector<Piece> cut_whole(std::string_view spec, Bytes stream);

// The lengths of the leaves that pieces stand for: zero runs split into zero leaves.
std::vector<uint64_t> leaves_of(const ChunkerSpec& spec, const std::vector<Piece>& pieces);

std::vector<uint8_t> random_bytes(std::mt19937_64& random, size_t count);

// Random data with rows of zeros, many of them about as long as `spec`'s MIN.
std::vector<uint8_t> bytes_with_zero_rows(std::mt19937_64& random, const ChunkerSpec& spec, size_t rows);

ChunkerSpec spec_of(std::string_view text);

}  // namespace penstock::test
