// SPDX-License-Identifier: Apache-2.0
#include "benchmark/frame_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "base/limits.h"
#include "chunking/chunker.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

using Stream = std::vector<uint8_t>;

Stream noise(size_t bytes) {
  std::mt19937_64 random(bytes);
  Stream data(bytes);
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(random());
  return data;
}

// Noise, a long zero run, and the same noise again.
Stream mixed_stream() {
  Stream stream = noise(5 << 20);
  const size_t half = stream.size();
  stream.resize(half + (3 << 20));
  stream.insert(stream.end(), stream.begin(), stream.begin() + static_cast<ptrdiff_t>(half));
  return stream;
}

FrameSet build(const Stream& stream) {
  auto set = FrameSet::build(ChunkerSpec{}, stream);
  EXPECT_TRUE(set.has_value());
  return std::move(*set);
}

TEST(FrameSetTest, AccountsForEveryByte) {
  const Stream stream = mixed_stream();
  const FrameSet set = build(stream);
  EXPECT_EQ(set.bytes_chunks() + set.bytes_zero_runs(), stream.size());
  EXPECT_EQ(set.bytes_zero_runs(), size_t{3} << 20);
  EXPECT_GE(set.bytes_unique(), size_t{5} << 20);
  EXPECT_LT(set.bytes_unique(), size_t{6} << 20);
}

TEST(FrameSetTest, FillsBatchesAsFarAsAPutDoes) {
  const Stream stream = mixed_stream();
  const FrameSet set = build(stream);
  uint64_t chunks = 0;
  uint64_t before = kFrameBytesAim;
  for (const auto batch : set.batches()) {
    uint64_t bytes = 0;
    for (const Bytes chunk : batch) bytes += chunk.size();
    EXPECT_LE(bytes, kFrameBytesAim);
    EXPECT_GT(before + batch.front().size(), kFrameBytesAim) << "the batch before had room";
    before = bytes;
    chunks += batch.size();
  }
  EXPECT_EQ(chunks, set.chunks());
}

TEST(FrameSetTest, HoldsEachChunkOnceWithItsDigest) {
  const Stream stream = mixed_stream();
  const FrameSet set = build(stream);
  std::set<Digest> seen;
  uint64_t bytes = 0;
  for (const FrameSet::Frame& frame : set.frames()) {
    Bytes rest = frame.raw;
    for (const BlockEntry& entry : frame.entries) {
      EXPECT_EQ(sha256(rest.first(entry.length)), entry.digest);
      EXPECT_TRUE(seen.insert(entry.digest).second);
      rest = rest.subspan(entry.length);
    }
    EXPECT_TRUE(rest.empty());
    bytes += frame.raw.size();
  }
  EXPECT_EQ(bytes, set.bytes_unique());
  for (const auto batch : set.batches()) {
    for (const Bytes chunk : batch) EXPECT_TRUE(seen.contains(sha256(chunk)));
  }
}

TEST(FrameSetTest, CutsInWindowsWhereOneWindowWould) {
  const Stream stream = mixed_stream();
  std::vector<Piece> pieces;
  cut_stream(ChunkerSpec{}, stream, pieces);
  Chunker whole(ChunkerSpec{});
  std::vector<Piece> expected;
  EXPECT_EQ(whole.scan(stream, Tail::end, 0, expected), stream.size());
  EXPECT_EQ(pieces, expected);
}

TEST(FrameSetTest, HasNoFrameForZerosAlone) {
  const Stream stream(1 << 20);
  const FrameSet set = build(stream);
  EXPECT_TRUE(set.frames().empty());
  EXPECT_TRUE(set.batches().empty());
}

}  // namespace
}  // namespace penstock
