// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "chunking/chunker.h"
#include "chunking/zero_bytes.h"
#include "unit/base/random_seed.h"
#include "unit/chunking/chunked_stream.h"
#include "unit/chunking/plain_chunker.h"

namespace penstock {
namespace {

using test::cut_plainly;
using test::cut_stream;
using test::spec_of;

// Random bytes, few different bytes, short periods, counters, rows of one byte and rows of zeros, one behind
// the other.
std::vector<uint8_t> structured_bytes(std::mt19937_64& random, size_t bytes_min) {
  std::vector<uint8_t> stream;
  while (stream.size() < bytes_min) {
    const size_t length = 1 + random() % (size_t{1} << (random() % 14));
    const uint64_t kind = random() % 6;
    const uint64_t period = 1 + random() % 40;
    const size_t begin = stream.size();
    const auto value = static_cast<uint8_t>(random());
    for (size_t i = 0; i < length; ++i) {
      const auto byte = static_cast<uint8_t>(random());
      switch (kind) {
        case 0:
          stream.push_back(byte);
          break;
        case 1:
          stream.push_back(byte % 4);
          break;
        case 2:
          stream.push_back(i < period ? byte : stream[begin + i - period]);
          break;
        case 3:
          stream.push_back(static_cast<uint8_t>(i / period));
          break;
        case 4:
          stream.push_back(value);
          break;
        default:
          stream.push_back(0);
      }
    }
  }
  return stream;
}

class ChunkerDifferentialTest : public testing::TestWithParam<const char*> {
 protected:
  const uint64_t seed_ = random_seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(seed_)};
  std::mt19937_64 random_{seed_};
};

TEST_P(ChunkerDifferentialTest, CutsStructuredStreamsAsTheDefinitionReads) {
  const ChunkerSpec spec = spec_of(GetParam());
  const size_t bytes_min = std::clamp<size_t>(size_t{spec.avg} * 8, 4096, 1 << 20);
  size_t pieces_seen = 0;
  for (int round = 0; round < 30; ++round) {
    const std::vector<uint8_t> stream = structured_bytes(random_, random_() % bytes_min);
    const std::vector<Piece> plain = cut_plainly(spec, stream);
    pieces_seen += plain.size();
    Chunker chunker(spec);
    const size_t step_max = size_t{1} << (random_() % 18);
    ASSERT_EQ(cut_stream(chunker, stream, [&] { return 1 + random_() % step_max; }), plain)
        << "round " << round;
  }
  EXPECT_GT(pieces_seen, 30u);
}

TEST_P(ChunkerDifferentialTest, CutsRandomStreamsAsTheDefinitionReads) {
  const ChunkerSpec spec = spec_of(GetParam());
  const std::vector<uint8_t> stream = test::random_bytes(random_, size_t{spec.avg} * 40 + random_() % 1000);
  Chunker chunker(spec);
  EXPECT_EQ(cut_stream(chunker, stream, [&] { return 1 + random_() % (1 << 20); }),
            cut_plainly(spec, stream));
}

INSTANTIATE_TEST_SUITE_P(, ChunkerDifferentialTest,
                         testing::Values("cdc:64:256:256", "cdc:64:256:1K", "cdc:97:512:700",
                                         "cdc:256:256:1M", "cdc:512:1K:1K", "cdc:2K:8K:64K",
                                         "cdc:16K:64K:256K"),
                         [](const auto& spec) {
                           std::string name(spec.param);
                           std::replace(name.begin(), name.end(), ':', '_');
                           return name;
                         });

TEST(ZeroBytesTest, CountsRowsOfEveryLengthAtBothEnds) {
  for (size_t zeros = 0; zeros < 2300; ++zeros) {
    for (const size_t others : {0, 1, 7, 100}) {
      std::vector<uint8_t> bytes(zeros + others);
      std::fill(bytes.begin() + static_cast<ptrdiff_t>(zeros), bytes.end(), uint8_t{0x80});
      ASSERT_EQ(leading_zero_bytes(bytes), zeros) << others;
      std::reverse(bytes.begin(), bytes.end());
      ASSERT_EQ(trailing_zero_bytes(bytes), zeros) << others;
    }
  }
}

TEST(ZeroBytesTest, FindsOneByteThatIsNotZeroWhereverItStands) {
  std::vector<uint8_t> bytes(2300);
  for (size_t place = 0; place < bytes.size(); ++place) {
    bytes[place] = 1;
    ASSERT_EQ(leading_zero_bytes(bytes), place);
    ASSERT_EQ(trailing_zero_bytes(bytes), bytes.size() - 1 - place);
    bytes[place] = 0;
  }
}

}  // namespace
}  // namespace penstock
