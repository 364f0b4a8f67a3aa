// SPDX-License-Identifier: Apache-2.0
// Bodies of pieces: whatever comes, in whatever parts, pieces are within their bounds and cover what was
// counted.
#include "base/check.h"
#include "intake/piece_stream.h"

namespace penstock {
namespace {

constexpr uint64_t kContentMax = uint64_t{1} << 40;

void check(Bytes body, size_t each) {
  const ChunkerSpec spec;
  PieceStream stream(1, "n", spec, kContentMax);
  uint64_t content = 0;
  while (!body.empty()) {
    const size_t taken = stream.take(body.first(std::min(each, body.size())));
    PENSTOCK_CHECK(taken > 0 && taken <= body.size());
    body = body.subspan(taken);
    if (!stream.has_piece()) continue;
    const UploadPiece piece = stream.piece();
    PENSTOCK_CHECK(piece.length > 0);
    PENSTOCK_CHECK(piece.kind == UploadPiece::Kind::zero_run || piece.length <= spec.max);
    PENSTOCK_CHECK(piece.kind != UploadPiece::Kind::data || stream.piece_bytes().size() == piece.length);
    content += piece.length;
    PENSTOCK_CHECK(content <= kContentMax);
    stream.pass_piece();
  }
  stream.end();
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  penstock::check({data, size}, size);
  penstock::check({data, size}, 7);
  return 0;
}
