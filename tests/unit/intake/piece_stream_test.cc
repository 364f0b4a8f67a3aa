// SPDX-License-Identifier: Apache-2.0
#include "intake/piece_stream.h"

#include <gtest/gtest.h>

#include <random>

#include "unit/base/random_seed.h"
#include "unit/intake/body_of_pieces.h"

namespace penstock {
namespace {

constexpr uint64_t kContentMax = uint64_t{1} << 40;

struct Taken {
  UploadPiece piece;
  std::vector<uint8_t> bytes;
};

// What becomes of a body that arrives in parts of 1 to `most` bytes.
std::vector<Taken> take_all(PieceStream& stream, const std::vector<uint8_t>& body, std::mt19937_64& random,
                            size_t most) {
  std::vector<Taken> pieces;
  for (Bytes rest = body; !rest.empty();) {
    const Bytes part = rest.first(std::min<size_t>(rest.size(), 1 + random() % most));
    rest = rest.subspan(stream.take(part));
    if (!stream.has_piece()) continue;
    EXPECT_EQ(stream.take(part), 0U);
    const Bytes bytes = stream.piece_bytes();
    pieces.push_back({stream.piece(), {bytes.begin(), bytes.end()}});
    stream.pass_piece();
  }
  stream.end();
  return pieces;
}

std::string why_refused(const std::vector<uint8_t>& body, uint64_t content_max = kContentMax) {
  PieceStream stream(1, "n", {}, content_max);
  std::mt19937_64 random(1);
  take_all(stream, body, random, 1 << 20);
  if (!stream.error()) return {};
  EXPECT_EQ(stream.error()->code, Errc::usage);
  return stream.error()->why;
}

TEST(PieceStreamTest, GivesThePiecesHoweverTheyArrive) {
  SCOPED_TRACE(seed_text(process_seed()));
  std::mt19937_64 random(process_seed());
  for (int round = 0; round < 30; ++round) {
    BodyOfPieces body;
    std::vector<Taken> sent;
    for (uint64_t i = random() % 20; i > 0; --i) {
      std::vector<uint8_t> content(16'384 + random() % 200'000);
      for (uint8_t& byte : content) byte = static_cast<uint8_t>(random());
      Digest digest;
      digest.bytes[random() % 32] = static_cast<uint8_t>(random());
      switch (random() % 3) {
        case 0:
          body.data(content);
          sent.push_back({{UploadPiece::Kind::data, content.size(), {}}, content});
          break;
        case 1:
          body.known(digest, content.size());
          sent.push_back({{UploadPiece::Kind::known, content.size(), digest}, {}});
          break;
        default:
          body.zeros(content.size() << 10);
          sent.push_back({{UploadPiece::Kind::zero_run, content.size() << 10, {}}, {}});
      }
    }
    body.end();
    PieceStream stream(1, "n", {}, kContentMax);
    const std::vector<Taken> taken =
        take_all(stream, body.bytes(), random, round % 3 == 0 ? 3 : size_t{100} << round % 12);
    ASSERT_FALSE(stream.error()) << stream.error()->message();
    ASSERT_EQ(taken.size(), sent.size());
    for (size_t i = 0; i < sent.size(); ++i) {
      EXPECT_EQ(taken[i].piece.kind, sent[i].piece.kind);
      EXPECT_EQ(taken[i].piece.length, sent[i].piece.length);
      EXPECT_EQ(taken[i].piece.digest, sent[i].piece.digest);
      EXPECT_EQ(taken[i].bytes, sent[i].bytes);
    }
  }
}

TEST(PieceStreamTest, RefusesWhatIsNoBodyOfPieces) {
  const std::vector<uint8_t> content(20'000, 7);
  const auto refused = [](auto make, uint64_t content_max = kContentMax) {
    BodyOfPieces body;
    make(body);
    return why_refused(body.bytes(), content_max);
  };
  EXPECT_EQ(why_refused({'P', 'N', 'S', 'T', 'P', 'C', 'S', '2', 4, 0, 0, 0, 0, 0, 0, 0, 0}),
            "does not begin as a body of pieces does");
  EXPECT_EQ(why_refused({}), "ends in the middle");
  EXPECT_EQ(refused([](BodyOfPieces&) {}), "ends in the middle");
  EXPECT_EQ(refused([](BodyOfPieces& body) { body.end(); }), "");
  for (const int kind : {0, 5, 255}) {
    EXPECT_EQ(refused([&](BodyOfPieces& body) {
                body.head({static_cast<PieceHead::Kind>(kind), 1, {}});
              }),
              "has a piece of a kind that there is not");
  }
  EXPECT_EQ(refused([&](BodyOfPieces& body) {
              body.data(content);
              body.head({PieceHead::Kind::end, content.size() + 1, {}});
            }),
            "is not as long as its end says");
  EXPECT_EQ(refused([](BodyOfPieces& body) { body.zeros(0); }), "has an empty piece");
  EXPECT_EQ(refused([](BodyOfPieces& body) { body.known({}, 256 * 1024 + 1); }),
            "has a piece that is larger than the store's chunks");
  EXPECT_EQ(refused([](BodyOfPieces& body) {
              body.head({PieceHead::Kind::data, UINT64_MAX, {}});
            }),
            "is larger than this server takes");
  EXPECT_EQ(refused(
                [&](BodyOfPieces& body) {
                  body.data(content);
                  body.zeros(10);
                },
                content.size() + 9),
            "is larger than this server takes");
  EXPECT_EQ(refused([](BodyOfPieces& body) {
              body.end();
              body.end();
            }),
            "goes on behind its end");
}

TEST(PieceStreamTest, EveryBodyThatIsCutShortIsRefused) {
  BodyOfPieces body;
  body.data(std::vector<uint8_t>(50, 1));
  body.known({}, 60);
  body.zeros(70);
  body.end();
  for (size_t length = 0; length < body.bytes().size(); ++length) {
    const std::vector<uint8_t> part(body.bytes().begin(),
                                    body.bytes().begin() + static_cast<ptrdiff_t>(length));
    EXPECT_EQ(why_refused(part), "ends in the middle") << length;
  }
  EXPECT_EQ(why_refused(body.bytes()), "");
}

TEST(PieceStreamTest, ABodyOfTinyPiecesIsRefused) {
  BodyOfPieces few;
  for (int i = 0; i < 64; ++i) few.known({}, 1);
  few.end();
  EXPECT_EQ(why_refused(few.bytes()), "");
  BodyOfPieces many;
  for (int i = 0; i < 65; ++i) many.known({}, 1);
  many.end();
  EXPECT_EQ(why_refused(many.bytes()), "consists of too many small pieces");
}

TEST(PieceStreamTest, OneKindDoesNotPayForAnother) {
  BodyOfPieces behind_zeros;
  behind_zeros.zeros(uint64_t{1} << 32);
  for (int i = 0; i < 65; ++i) behind_zeros.data(std::vector<uint8_t>(3, 1));
  behind_zeros.end();
  EXPECT_EQ(why_refused(behind_zeros.bytes()), "consists of too many small pieces");
  BodyOfPieces behind_known;
  for (int i = 0; i < 100; ++i) behind_known.known({}, 200'000);
  for (int i = 0; i < 65; ++i) behind_known.data(std::vector<uint8_t>(3, 1));
  behind_known.end();
  EXPECT_EQ(why_refused(behind_known.bytes()), "consists of too many small pieces");
}

TEST(PieceStreamTest, RunsOfZerosLieBetweenOthers) {
  BodyOfPieces runs;
  for (uint64_t i = 0; i < 65; ++i) runs.zeros(1'000'000 + i);
  runs.end();
  EXPECT_EQ(why_refused(runs.bytes()), "consists of too many runs of zeros");
  BodyOfPieces sparse;
  for (uint64_t i = 0; i < 300; ++i) {
    sparse.zeros(20'000 + i);
    sparse.known({}, 20'000);
  }
  sparse.end();
  EXPECT_EQ(why_refused(sparse.bytes()), "");
}

TEST(PieceStreamTest, IsLargeBeyondWhatASmallObjectHas) {
  PieceStream stream(1, "n", {}, kContentMax);
  EXPECT_FALSE(stream.would_be_large(UploadBody::kSmallBytes));
  EXPECT_TRUE(stream.would_be_large(UploadBody::kSmallBytes + 1));
  BodyOfPieces body;
  body.data(std::vector<uint8_t>(100'000, 1));
  stream.take(Bytes(body.bytes()).first(40'000));
  EXPECT_FALSE(stream.would_be_large(10'000));
  EXPECT_TRUE(stream.would_be_large(40'000));
  stream.take(Bytes(body.bytes()).subspan(40'000));
  EXPECT_FALSE(stream.would_be_large(1));
}

}  // namespace
}  // namespace penstock
