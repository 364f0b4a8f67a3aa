// SPDX-License-Identifier: Apache-2.0
#include "chunking/piece_head.h"

#include <algorithm>

namespace penstock {

void append_piece_head(const PieceHead& head, std::vector<uint8_t>& bytes) {
  std::array<uint8_t, PieceHead::kBytesMin> front;
  front[0] = static_cast<uint8_t>(head.kind);
  store_le<uint64_t>(front.data() + 1, head.length);
  bytes.insert(bytes.end(), front.begin(), front.end());
  if (head.kind == PieceHead::Kind::known)
    bytes.insert(bytes.end(), head.digest.bytes.begin(), head.digest.bytes.end());
}

Result<size_t> parse_piece_head(Bytes bytes, PieceHead& head) {
  if (bytes.empty()) return size_t{0};
  const uint8_t kind = bytes[0];
  if (kind < static_cast<uint8_t>(PieceHead::Kind::data) || kind > static_cast<uint8_t>(PieceHead::Kind::end))
    return fail(Errc::usage, "the upload", "has a piece of a kind that there is not");
  const bool known = kind == static_cast<uint8_t>(PieceHead::Kind::known);
  const size_t length = known ? PieceHead::kBytesMax : PieceHead::kBytesMin;
  if (bytes.size() < length) return size_t{0};
  head = {};
  head.kind = static_cast<PieceHead::Kind>(kind);
  head.length = load_le<uint64_t>(bytes.data() + 1);
  if (known) std::ranges::copy(bytes.subspan(PieceHead::kBytesMin, 32), head.digest.bytes.begin());
  return length;
}

}  // namespace penstock
