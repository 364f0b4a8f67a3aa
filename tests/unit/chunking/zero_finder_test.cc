// SPDX-License-Identifier: Apache-2.0
#include "chunking/zero_finder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "chunking/zero_bytes.h"
#include "unit/base/random_seed.h"
#include "unit/chunking/chunked_stream.h"

namespace penstock {
namespace {

using Runs = std::vector<std::pair<size_t, size_t>>;

// Byte by byte, as the definition says it.
Runs plain_runs(Bytes stream, size_t run_bytes_min) {
  Runs runs;
  for (size_t at = 0; at < stream.size();) {
    size_t end = at;
    while (end < stream.size() && stream[end] == 0) ++end;
    if (end - at >= run_bytes_min) runs.emplace_back(at, end);
    at = end + 1;
  }
  return runs;
}

Runs found_runs(Bytes stream, size_t run_bytes_min) {
  ZeroFinder finder(run_bytes_min);
  Runs runs;
  for (;;) {
    const ZeroFinder::Run run = finder.next(stream);
    if (run.empty()) {
      EXPECT_LT(stream.size() - run.begin, run_bytes_min);
      EXPECT_EQ(leading_zero_bytes(stream.subspan(run.begin)), stream.size() - run.begin);
      EXPECT_TRUE(run.begin == 0 || stream[run.begin - 1] != 0 ||
                  (!runs.empty() && runs.back().second == run.begin));
      return runs;
    }
    runs.emplace_back(run.begin, run.end);
  }
}

TEST(ZeroFinderTest, FindsARunAtEveryOffsetAndLengthAroundTheSmallestMin) {
  for (size_t length = 60; length <= 72; ++length)
    for (size_t offset = 0; offset < 200; ++offset) {
      std::vector<uint8_t> stream(300, 0xff);
      std::fill_n(stream.begin() + static_cast<ptrdiff_t>(offset), length, uint8_t{0});
      ASSERT_EQ(found_runs(stream, 64), plain_runs(stream, 64)) << offset << " " << length;
    }
}

TEST(ZeroFinderTest, FindsWhatAPlainSearchFindsInRowsOfAllKinds) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    const uint32_t min = static_cast<uint32_t>(64 + random() % 100);
    const std::vector<uint8_t> stream =
        test::bytes_with_zero_rows(random, {ChunkerSpec::Kind::cdc, min, 256, 1024}, 20);
    ASSERT_EQ(found_runs(stream, min), plain_runs(stream, min)) << min;
  }
}

TEST(ZeroFinderTest, CountsZerosFromEitherEndAtEveryLengthAndAlignment) {
  std::vector<uint8_t> bytes(400, 0);
  for (size_t begin = 0; begin < 9; ++begin)
    for (size_t length = 0; length < 200; ++length) {
      const Bytes window = Bytes(bytes).subspan(begin, length);
      ASSERT_EQ(leading_zero_bytes(window), length);
      ASSERT_EQ(trailing_zero_bytes(window), length);
      for (const size_t mark : {size_t{0}, length / 3, length - 1}) {
        if (length == 0) break;
        bytes[begin + mark] = 0x80;
        ASSERT_EQ(leading_zero_bytes(window), mark);
        ASSERT_EQ(trailing_zero_bytes(window), length - 1 - mark);
        bytes[begin + mark] = 0;
      }
    }
}

}  // namespace
}  // namespace penstock
