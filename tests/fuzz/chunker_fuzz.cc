// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "chunking/chunker.h"
#include "fuzz/fuzz_input.h"

namespace {

using namespace penstock;

constexpr size_t kStreamBytesMax = 64 << 10;

// Small, so that a short stream has many chunks.
ChunkerSpec take_spec(FuzzInput& input) {
  const uint8_t choice = input.take<uint8_t>();
  ChunkerSpec spec;
  if (choice % 4 == 0) {
    spec.kind = ChunkerSpec::Kind::fixed;
    spec.min = spec.avg = spec.max = 1 + input.take<uint8_t>() * 8u;
  } else {
    spec.avg = 256u << (choice % 3);
    spec.min = 64 + input.take<uint8_t>() % (spec.avg - 63);
    spec.max = spec.avg + input.take<uint8_t>() * 4u;
  }
  PENSTOCK_CHECK(parse_chunker(chunker_text(spec)).value() == spec);
  return spec;
}

// A stream of literal bytes, repeated ones and zeros.
std::vector<uint8_t> take_stream(FuzzInput& input) {
  std::vector<uint8_t> stream;
  while (!input.empty() && stream.size() < kStreamBytesMax) {
    const uint8_t kind = input.take<uint8_t>();
    if (kind % 3 == 0) {
      const Bytes literal = input.take_bytes(1 + kind / 3);
      stream.insert(stream.end(), literal.begin(), literal.end());
    } else {
      const uint8_t value = kind % 3 == 1 ? 0 : input.take<uint8_t>();
      stream.insert(stream.end(), input.take<uint16_t>() % 4096, value);
    }
  }
  return stream;
}

// One scan over everything.
std::vector<Piece> cut_at_once(const ChunkerSpec& spec, Bytes stream) {
  Chunker chunker(spec);
  std::vector<Piece> pieces;
  PENSTOCK_CHECK(chunker.scan(stream, Tail::end, 0, pieces) == stream.size());
  return pieces;
}

// Many scans, over windows of sizes that `splits` gives; zeros are holes now and then.
std::vector<Piece> cut_in_windows(const ChunkerSpec& spec, Bytes stream, Bytes splits) {
  Chunker chunker(spec);
  std::vector<Piece> pieces;
  size_t begin = 0;  // of the window
  size_t end = 0;
  for (size_t turn = 0; end < stream.size(); ++turn) {
    const uint8_t split = splits.empty() ? 255 : splits[turn % splits.size()];
    end = std::min(stream.size(), end + 1 + split * 5);
    // The zeros from here on, as far as a hole may reach.
    const uint64_t grain = chunker.hole_grain();
    uint64_t zeros = 0;
    while (end + zeros < stream.size() && stream[end + zeros] == 0) ++zeros;
    zeros -= zeros % grain;
    const bool hole = split % 2 == 0 && zeros >= chunker.hole_bytes_min() && end % grain == 0;
    const Bytes window = stream.subspan(begin, end - begin);
    const size_t taken = chunker.scan(window, hole ? Tail::zeros : Tail::more, hole ? zeros : 0, pieces);
    PENSTOCK_CHECK(taken <= window.size() && window.size() - taken <= chunker.retained_max());
    PENSTOCK_CHECK(!hole || taken == window.size());
    begin += taken;
    if (hole) begin = end = end + zeros;
  }
  const Bytes rest = stream.subspan(begin);
  PENSTOCK_CHECK(chunker.scan(rest, Tail::end, 0, pieces) == rest.size());
  return pieces;
}

// Lengths of the leaves that the pieces become.
std::vector<uint64_t> leaves(const ChunkerSpec& spec, const std::vector<Piece>& pieces) {
  std::vector<uint64_t> lengths;
  for (const Piece& piece : pieces) {
    PENSTOCK_CHECK(piece.length > 0);
    if (piece.kind == Piece::Kind::data) {
      PENSTOCK_CHECK(piece.length <= spec.max);
      lengths.push_back(piece.length);
      continue;
    }
    for (uint64_t left = piece.length; left > 0; left -= lengths.back()) {
      lengths.push_back(std::min<uint64_t>(left, spec.zero_leaf_bytes()));
    }
  }
  return lengths;
}

// Data pieces are as long as the definition allows; zero runs are whole.
void check_pieces(const ChunkerSpec& spec, Bytes stream, const std::vector<Piece>& pieces) {
  uint64_t at = 0;
  for (const Piece& piece : pieces) {
    PENSTOCK_CHECK(piece.length <= stream.size() - at);
    const Bytes bytes = stream.subspan(at, piece.length);
    at += piece.length;
    if (piece.kind != Piece::Kind::zero_run) continue;
    PENSTOCK_CHECK(all_zero(bytes));
    if (spec.kind == ChunkerSpec::Kind::fixed) continue;
    PENSTOCK_CHECK(piece.length >= spec.min);
    PENSTOCK_CHECK(at == stream.size() || stream[at] != 0);
  }
  PENSTOCK_CHECK(at == stream.size());
}

}  // namespace

// Input: chunker (2–3 bytes), number of splits (u8), splits, stream.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input({data, size});
  const ChunkerSpec spec = take_spec(input);
  const Bytes splits = input.take_bytes(input.take<uint8_t>() % 16);
  const std::vector<uint8_t> stream = take_stream(input);
  const std::vector<Piece> at_once = cut_at_once(spec, stream);
  const std::vector<Piece> in_windows = cut_in_windows(spec, stream, splits);
  check_pieces(spec, stream, at_once);
  check_pieces(spec, stream, in_windows);
  PENSTOCK_CHECK(leaves(spec, at_once) == leaves(spec, in_windows));
  return 0;
}
