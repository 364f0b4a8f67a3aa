// SPDX-License-Identifier: Apache-2.0
#include <ap_int.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <type_traits>

#include "unit/base/random_seed.h"

namespace {

using penstock::random_seed;

static_assert(sizeof(ap_uint<8>) == 1 && sizeof(ap_uint<12>) == 2 && sizeof(ap_uint<64>) == 8);
static_assert(std::is_trivially_copyable_v<ap_int<72>> && sizeof(ap_uint<72>) == 16);

template <int W>
ap_uint<W> random_number(std::mt19937_64& random) {
  ap_uint<W> number = 0;
  for (int bit = 0; bit < W; ++bit) number[bit] = random() % 2 == 1;
  return number;
}

TEST(ApIntTest, AWordIsItsBytesInMemory) {
  unsigned char bytes[64];
  for (int i = 0; i < 64; ++i) bytes[i] = static_cast<unsigned char>(i + 1);
  ap_uint<512> word;
  std::memcpy(&word, bytes, sizeof bytes);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(word.range(8 * i + 7, 8 * i), i + 1);
  word.range(23, 8) = 0xabcd;
  std::memcpy(bytes, &word, sizeof bytes);
  EXPECT_EQ(bytes[0], 1);
  EXPECT_EQ(bytes[1], 0xcd);
  EXPECT_EQ(bytes[2], 0xab);
  EXPECT_EQ(bytes[3], 4);
}

TEST(ApIntTest, NumbersWrapAtTheirWidth) {
  ap_uint<12> a = 4095;
  ++a;
  EXPECT_EQ(a, 0);
  EXPECT_EQ(ap_uint<12>(5000), 5000 % 4096);
  ap_int<4> b = 7;
  b += 1;
  EXPECT_EQ(b, -8);
  EXPECT_EQ(ap_int<4>(-1).to_uint64(), ~uint64_t(0));
  EXPECT_EQ(ap_uint<4>(-1), 15);
}

TEST(ApIntTest, ResultsAreAsWideAsVitisMakesThem) {
  const ap_uint<8> a = 255;
  const ap_uint<12> b = 4095;
  static_assert(decltype(a + b)::width == 13 && decltype(a * b)::width == 20);
  static_assert(decltype(a - b)::width == 13 && decltype(a & b)::width == 12);
  static_assert(decltype(a << 3)::width == 8);
  EXPECT_EQ(a + a, 510);
  EXPECT_EQ(a - b, 255 - 4095);
  EXPECT_EQ(a * b, 255 * 4095);
  EXPECT_EQ(a << 4, 240);
  EXPECT_EQ(ap_int<8>(-3) / 2, -1);
  EXPECT_EQ(ap_int<8>(-3) % 2, -1);
  EXPECT_EQ(b / a, 16);
}

TEST(ApIntTest, ComparesValuesWhateverTheirTypes) {
  EXPECT_TRUE(ap_int<8>(-1) < ap_uint<8>(1));
  EXPECT_TRUE(ap_uint<64>(~uint64_t(0)) > ap_int<64>(-1));
  EXPECT_TRUE(ap_uint<3>(5) >= 5 && 5 <= ap_uint<3>(5) && ap_uint<3>(5) != -3);
  EXPECT_TRUE(ap_uint<512>(1) << 511 > ap_uint<512>(~uint64_t(0)));
}

// Sums, differences and products of 64 bits at most, against the compiler's own 128-bit numbers.
TEST(ApIntTest, AgreesWithTheCompilersNumbers) {
  __extension__ typedef unsigned __int128 Wide;
  std::mt19937_64 random(random_seed());
  for (int i = 0; i < 2000; ++i) {
    const uint64_t x = random() >> (random() % 64);
    const uint64_t y = random() >> (random() % 64);
    const ap_uint<64> a = x;
    const ap_uint<64> b = y;
    const auto sum = a + b;
    EXPECT_EQ(sum.word(0), x + y);
    EXPECT_EQ(sum.word(1), uint64_t((Wide(x) + y) >> 64));
    const auto product = a * b;
    EXPECT_EQ(product.word(0), x * y);
    EXPECT_EQ(product.word(1), uint64_t((Wide(x) * y) >> 64));
    EXPECT_EQ(a - b < 0, x < y);
    EXPECT_EQ((a & b).to_uint64(), x & y);
    EXPECT_EQ((a ^ b).to_uint64(), x ^ y);
    EXPECT_EQ(a < b, x < y);
  }
}

TEST(ApIntTest, ShiftsMoveEachBit) {
  std::mt19937_64 random(random_seed());
  for (int by = 0; by <= 512; ++by) {
    const ap_uint<512> a = random_number<512>(random);
    const ap_uint<512> left = a << by;
    const ap_uint<512> right = a >> by;
    for (int bit = 0; bit < 512; ++bit) {
      ASSERT_EQ(left.test(bit), bit >= by && a.test(bit - by)) << by;
      ASSERT_EQ(right.test(bit), bit + by < 512 && a.test(bit + by)) << by;
    }
  }
  EXPECT_EQ(ap_uint<72>(1) << 72, 0);
  EXPECT_EQ(ap_int<72>(-4) >> 1, -2);
  EXPECT_EQ(ap_int<8>(-4) >> 8, -1);
}

TEST(ApIntTest, RangesAreReadAndAssignedAtAnyPlace) {
  std::mt19937_64 random(random_seed());
  for (int i = 0; i < 2000; ++i) {
    const ap_uint<200> before = random_number<200>(random);
    const int lo = static_cast<int>(random() % 200);
    const int hi = lo + static_cast<int>(random() % (200 - lo));
    const ap_uint<200> part = before.range(hi, lo);
    for (int bit = 0; bit < 200; ++bit) ASSERT_EQ(part.test(bit), bit <= hi - lo && before.test(lo + bit));
    const ap_uint<200> value = random_number<200>(random);
    ap_uint<200> after = before;
    after.range(hi, lo) = value;
    for (int bit = 0; bit < 200; ++bit) {
      ASSERT_EQ(after.test(bit), bit < lo || bit > hi ? before.test(bit) : value.test(bit - lo));
    }
  }
}

TEST(ApIntTest, ARangeAssignedToARangeMovesItsBits) {
  ap_uint<128> a = 0;
  a.range(71, 64) = 0x5a;
  ap_uint<128> b = 0;
  b(15, 8) = a(71, 64);
  EXPECT_EQ(b, 0x5a00);
  b[127] = b[9];
  EXPECT_TRUE(b.test(127));
}

TEST(ApIntTest, ConcatenatesTheHighPartFirst) {
  const ap_uint<4> high = 0xa;
  const ap_uint<12> low = 0x123;
  static_assert(decltype(high.concat(low))::width == 16);
  EXPECT_EQ(high.concat(low), 0xa123);
}

TEST(ApIntTest, IndexesArraysAndDecidesBranches) {
  const int table[] = {3, 5, 7};
  const ap_uint<2> place = 2;
  EXPECT_EQ(table[place], 7);
  EXPECT_TRUE(place ? true : false);
  EXPECT_FALSE(!place);
  EXPECT_TRUE((~ap_uint<65>(0)).and_reduce());
}

}  // namespace
