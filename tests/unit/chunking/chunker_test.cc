// SPDX-License-Identifier: Apache-2.0
#include "chunking/chunker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "unit/base/random_seed.h"
#include "unit/chunking/chunked_stream.h"

namespace penstock {
namespace {

using test::bytes_with_zero_rows;
using test::cut_stream;
using test::cut_whole;
using test::Hole;
using test::leaves_of;
using test::random_bytes;
using test::spec_of;

class ChunkerTest : public testing::Test {
 protected:
  const uint64_t seed_ = random_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
};

const std::vector<const char*> kSpecs = {"cdc:64:256:1K",  "cdc:64:256:256", "cdc:256:256:256",
                                         "cdc:97:512:700", "fixed:100",      "fixed:1"};

TEST_F(ChunkerTest, CutsTheSameWhenBytesArriveOneByOne) {
  for (const char* text : kSpecs) {
    const std::vector<uint8_t> stream = bytes_with_zero_rows(random_, spec_of("cdc:64:256:1K"), 40);
    Chunker chunker(spec_of(text));
    EXPECT_EQ(cut_stream(chunker, stream, [] { return 1; }), cut_whole(text, stream)) << text;
  }
}

TEST_F(ChunkerTest, CutsTheSameHoweverTheInputIsSplit) {
  for (int round = 0; round < 400; ++round) {
    const char* const text = kSpecs[round % kSpecs.size()];
    const std::vector<uint8_t> stream = bytes_with_zero_rows(random_, spec_of("cdc:64:256:1K"), 15);
    const size_t step_max = size_t{1} << (random_() % 12);
    Chunker chunker(spec_of(text));
    ASSERT_EQ(cut_stream(chunker, stream, [&] { return random_() % step_max; }), cut_whole(text, stream))
        << text << ", round " << round;
  }
}

TEST_F(ChunkerTest, CutsTheSameAtEverySplitInTwo) {
  const std::vector<uint8_t> stream = bytes_with_zero_rows(random_, spec_of("cdc:64:256:1K"), 8);
  const std::vector<Piece> whole = cut_whole("cdc:64:256:1K", stream);
  for (size_t split = 0; split <= stream.size(); ++split) {
    Chunker chunker(spec_of("cdc:64:256:1K"));
    std::vector<Piece> pieces;
    const size_t taken = chunker.scan(Bytes(stream).first(split), Tail::more, 0, pieces);
    chunker.scan(Bytes(stream).subspan(taken), Tail::end, 0, pieces);
    ASSERT_EQ(pieces, whole) << split;
  }
}

TEST_F(ChunkerTest, EmptyWindowsChangeNothing) {
  const std::vector<uint8_t> stream = bytes_with_zero_rows(random_, spec_of("cdc:64:256:1K"), 10);
  Chunker chunker(spec_of("cdc:64:256:1K"));
  std::vector<Piece> pieces;
  size_t front = 0;
  for (size_t back = 0; back <= stream.size(); back += 50) {
    const Bytes window = Bytes(stream).subspan(front, back - front);
    front += chunker.scan(window, Tail::more, 0, pieces);
    const Bytes rest = Bytes(stream).subspan(front, back - front);
    EXPECT_EQ(chunker.scan(rest, Tail::more, 0, pieces), 0u);
  }
  chunker.scan(Bytes(stream).subspan(front), Tail::end, 0, pieces);
  EXPECT_EQ(pieces, cut_whole("cdc:64:256:1K", stream));
}

// Turns parts of the stream's zero runs into holes: none, one or several a run, some of them touching.
std::vector<Hole> random_holes(std::mt19937_64& random, Bytes stream, const Chunker& chunker) {
  std::vector<Hole> holes;
  const uint64_t least = chunker.hole_bytes_min();
  const uint64_t grain = chunker.hole_grain();
  for (size_t at = 0; at < stream.size();) {
    size_t end = at;
    while (end < stream.size() && stream[end] == 0) ++end;
    uint64_t from = at;
    while (random() % 4 != 0) {
      from += random() % 2 == 0 ? 0 : random() % 40;
      from = (from + grain - 1) / grain * grain;
      if (from + least > end) break;
      const uint64_t bytes = random() % 3 == 0
                                 ? (end - from) / grain * grain
                                 : std::min((end - from) / grain * grain, least + random() % 3 * grain);
      holes.push_back({from, bytes});
      from += bytes;
    }
    at = end + 1;
  }
  return holes;
}

TEST_F(ChunkerTest, CutsTheSameWhicheverZerosAreHoles) {
  size_t holes_seen = 0;
  for (int round = 0; round < 400; ++round) {
    const char* const text = kSpecs[round % kSpecs.size()];
    const ChunkerSpec spec = spec_of(text);
    const std::vector<uint8_t> stream = bytes_with_zero_rows(random_, spec_of("cdc:97:256:1K"), 15);
    Chunker chunker(spec);
    const std::vector<Hole> holes = random_holes(random_, stream, chunker);
    holes_seen += holes.size();
    const size_t step_max = size_t{1} << (random_() % 12);
    const std::vector<Piece> pieces = cut_stream(
        chunker, stream, [&] { return random_() % step_max; }, holes);
    const std::vector<Piece> dense = cut_whole(text, stream);
    if (spec.kind == ChunkerSpec::Kind::cdc) {
      ASSERT_EQ(pieces, dense) << text << ", round " << round;
    }
    ASSERT_EQ(leaves_of(spec, pieces), leaves_of(spec, dense)) << text << ", round " << round;
  }
  EXPECT_GT(holes_seen, 400u);
}

TEST_F(ChunkerTest, AHoleOfExabytesIsOnePiece) {
  const uint64_t hole = uint64_t{1} << 62;
  Chunker chunker(ChunkerSpec{});
  std::vector<Piece> pieces;
  const std::vector<uint8_t> zeros(100, 0);
  EXPECT_EQ(chunker.scan(zeros, Tail::zeros, hole, pieces), zeros.size());
  EXPECT_EQ(chunker.scan({}, Tail::zeros, hole, pieces), 0u);
  EXPECT_EQ(chunker.scan(zeros, Tail::end, 0, pieces), zeros.size());
  EXPECT_EQ(pieces, (std::vector<Piece>{{Piece::Kind::zero_run, 2 * hole + 200}}));
}

TEST_F(ChunkerTest, EmitsNothingForAnEmptyStream) {
  for (const char* text : kSpecs) EXPECT_TRUE(cut_whole(text, {}).empty()) << text;
}

TEST_F(ChunkerTest, TellsARunFromARowOneByteShorter) {
  const std::vector<uint8_t> zeros(65, 0);
  const auto cut = [&](size_t bytes) { return cut_whole("cdc:64:256:1K", Bytes(zeros).first(bytes)); };
  EXPECT_EQ(cut(63), (std::vector<Piece>{{Piece::Kind::data, 63}}));
  EXPECT_EQ(cut(64), (std::vector<Piece>{{Piece::Kind::zero_run, 64}}));
  EXPECT_EQ(cut(65), (std::vector<Piece>{{Piece::Kind::zero_run, 65}}));
}

TEST_F(ChunkerTest, LeavesOverUpToRetainedMaxAndNoMore) {
  // Bytes that never cut, up to one before MAX, then zeros up to one before a run.
  std::vector<uint8_t> stream(1023, 1);
  stream.resize(1023 + 63, 0);
  Chunker chunker(spec_of("cdc:64:256:1K"));
  std::vector<Piece> pieces;
  EXPECT_EQ(chunker.scan(stream, Tail::more, 0, pieces), 0u);
  EXPECT_EQ(stream.size(), chunker.retained_max());
  stream.push_back(0);
  EXPECT_EQ(chunker.scan(stream, Tail::more, 0, pieces), stream.size());
  EXPECT_EQ(pieces, (std::vector<Piece>{{Piece::Kind::data, 1023}}));

  Chunker grid(spec_of("fixed:100"));
  EXPECT_EQ(grid.retained_max(), 99u);
  EXPECT_EQ(grid.scan(Bytes(stream).first(99), Tail::more, 0, pieces), 0u);
}

TEST_F(ChunkerTest, ResetForgetsTheStreamWhereverItStood) {
  for (const char* text : kSpecs) {
    Chunker chunker(spec_of(text));
    for (int round = 0; round < 20; ++round) {
      const std::vector<uint8_t> dropped = bytes_with_zero_rows(random_, spec_of("cdc:64:256:1K"), 3);
      std::vector<Piece> pieces;
      chunker.scan(dropped, Tail::more, 0, pieces);
      chunker.reset();
      const std::vector<uint8_t> stream = bytes_with_zero_rows(random_, spec_of("cdc:64:256:1K"), 3);
      ASSERT_EQ(cut_stream(chunker, stream, [&] { return random_() % 500; }), cut_whole(text, stream));
    }
  }
}

TEST_F(ChunkerTest, TheEndOfAStreamStartsTheNextAfresh) {
  Chunker chunker(spec_of("cdc:64:256:1K"));
  for (int round = 0; round < 50; ++round) {
    const std::vector<uint8_t> stream =
        bytes_with_zero_rows(random_, spec_of("cdc:64:256:1K"), random_() % 4);
    ASSERT_EQ(cut_stream(chunker, stream, [&] { return random_() % 500; }),
              cut_whole("cdc:64:256:1K", stream));
  }
}

std::set<uint64_t> ends_of(const std::vector<Piece>& pieces) {
  std::set<uint64_t> ends;
  uint64_t at = 0;
  for (const Piece& piece : pieces) ends.insert(at += piece.length);
  return ends;
}

TEST_F(ChunkerTest, AnInsertedByteChangesOnlyTheChunksAroundIt) {
  constexpr size_t kBytes = 8 << 20;
  std::vector<uint8_t> stream = random_bytes(random_, kBytes);
  const std::set<uint64_t> before = ends_of(cut_whole("cdc:2K:8K:64K", stream));
  std::vector<size_t> lost_counts;
  for (int round = 0; round < 10; ++round) {
    const size_t place = random_() % kBytes;
    const auto byte = static_cast<uint8_t>(random_());
    stream.insert(stream.begin() + static_cast<ptrdiff_t>(place), byte);
    const std::set<uint64_t> after = ends_of(cut_whole("cdc:2K:8K:64K", stream));
    size_t lost = 0;
    for (const uint64_t end : before) lost += after.count(end <= place ? end : end + 1) == 0;
    lost_counts.push_back(lost);
    stream.erase(stream.begin() + static_cast<ptrdiff_t>(place));
  }
  std::sort(lost_counts.begin(), lost_counts.end());
  EXPECT_LE(lost_counts[lost_counts.size() / 2], 2u);
  EXPECT_LE(lost_counts.back(), 40u);
}

TEST_F(ChunkerTest, ChunksOfRandomDataKeepToTheirBoundsAndAverage) {
  const std::vector<uint8_t> stream = random_bytes(random_, 8 << 20);
  const std::vector<Piece> pieces = cut_whole("cdc:2K:8K:64K", stream);
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    ASSERT_GE(pieces[i].length, 2048u);
    ASSERT_LE(pieces[i].length, 65536u);
  }
  const size_t mean = stream.size() / pieces.size();
  EXPECT_GT(mean, 8192u);
  EXPECT_LT(mean, 12288u);
}

TEST(ChunkerDeathTest, AbortsWhenTheWindowLosesWhatWasLeftOver) {
  const std::vector<uint8_t> stream(50, 1);
  Chunker chunker(ChunkerSpec{});
  std::vector<Piece> pieces;
  chunker.scan(stream, Tail::more, 0, pieces);
  EXPECT_DEATH(chunker.scan(Bytes(stream).first(49), Tail::more, 0, pieces), "left_over");
}

TEST(ChunkerDeathTest, AbortsOnAHoleShorterThanItsLeast) {
  Chunker chunker(spec_of("cdc:64:256:1K"));
  std::vector<Piece> pieces;
  EXPECT_DEATH(chunker.scan({}, Tail::zeros, 63, pieces), "hole_bytes_min");
  Chunker grid(spec_of("fixed:100"));
  EXPECT_DEATH(grid.scan({}, Tail::zeros, 150, pieces), "cell_bytes_");
}

}  // namespace
}  // namespace penstock
