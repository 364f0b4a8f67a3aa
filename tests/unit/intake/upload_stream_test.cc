// SPDX-License-Identifier: Apache-2.0
#include "intake/upload_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "base/limits.h"

namespace penstock {
namespace {

std::vector<uint8_t> mixed_bytes(uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> bytes;
  for (int part = 0; part < 8; ++part) {
    const size_t length = random() % 700'000;
    for (size_t i = 0; i < length; ++i) bytes.push_back(static_cast<uint8_t>(random()));
    bytes.resize(bytes.size() + random() % (part % 3 == 0 ? 3'000'000 : 20'000));
  }
  return bytes;
}

// Drains the stream's pieces; data is compared with what it was cut from.
void drain(UploadStream& stream, const std::vector<uint8_t>& bytes, std::vector<Piece>& pieces,
           uint64_t& offset) {
  for (; stream.has_piece(); stream.pass_piece()) {
    const UploadPiece piece = stream.piece();
    const bool data = piece.kind == UploadPiece::Kind::data;
    if (data) {
      ASSERT_TRUE(std::ranges::equal(stream.piece_bytes(),
                                     Bytes(bytes).subspan(offset, static_cast<size_t>(piece.length))));
    }
    offset += piece.length;
    pieces.push_back({data ? Piece::Kind::data : Piece::Kind::zero_run, piece.length});
  }
}

TEST(UploadStreamTest, CutsWhateverTheArrivalsAsTheChunkerDoesAtOnce) {
  for (const ChunkerSpec& spec : {ChunkerSpec{}, ChunkerSpec{ChunkerSpec::Kind::fixed, kMiB, kMiB, kMiB}}) {
    for (uint64_t seed = 1; seed <= 6; ++seed) {
      const std::vector<uint8_t> bytes = mixed_bytes(seed);
      std::vector<Piece> expected;
      Chunker(spec).scan(bytes, Tail::end, 0, expected);
      std::mt19937_64 random(seed);
      UploadStream stream(1, "n", spec);
      std::vector<Piece> pieces;
      uint64_t offset = 0;
      for (Bytes rest = bytes; !rest.empty();) {
        const size_t most = seed % 2 == 0 ? 1500 : 900'000;
        const Bytes arrival = rest.first(std::min<size_t>(rest.size(), 1 + random() % most));
        rest = rest.subspan(stream.take(arrival));
        if (random() % 3 == 0 || stream.has_piece()) drain(stream, bytes, pieces, offset);
      }
      drain(stream, bytes, pieces, offset);
      stream.end();
      drain(stream, bytes, pieces, offset);
      EXPECT_EQ(offset, bytes.size());
      EXPECT_EQ(pieces, expected);
    }
  }
}

TEST(UploadStreamTest, TakesNothingWhilePiecesWait) {
  UploadStream stream(1, "n", {});
  std::vector<uint8_t> bytes(4 << 20);
  std::mt19937_64 random(1);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  const size_t taken = stream.take(bytes);
  EXPECT_LT(taken, bytes.size());
  ASSERT_TRUE(stream.has_piece());
  EXPECT_EQ(stream.take(bytes), 0U);
}

TEST(UploadStreamTest, IsLargeBeyondWhatASmallObjectHas) {
  UploadStream stream(1, "n", {});
  EXPECT_FALSE(stream.would_be_large(UploadStream::kSmallBytes));
  EXPECT_TRUE(stream.would_be_large(UploadStream::kSmallBytes + 1));
  const std::vector<uint8_t> bytes(UploadStream::kSmallBytes + 1, 7);
  stream.take(bytes);
  EXPECT_FALSE(stream.would_be_large(1 << 20));
}

}  // namespace
}  // namespace penstock
