// SPDX-License-Identifier: Apache-2.0
#include "base/size_text.h"

#include <gtest/gtest.h>

#include <random>

#include "unit/base/random_seed.h"

namespace penstock {
namespace {

TEST(SizeTextTest, ReadsNumbersAndSuffixes) {
  EXPECT_EQ(parse_size("0").value(), 0u);
  EXPECT_EQ(parse_size("123").value(), 123u);
  EXPECT_EQ(parse_size("64K").value(), 65536u);
  EXPECT_EQ(parse_size("2M").value(), uint64_t{2} << 20);
  EXPECT_EQ(parse_size("3G").value(), uint64_t{3} << 30);
  EXPECT_EQ(parse_size("1T").value(), uint64_t{1} << 40);
  EXPECT_EQ(parse_size("5P").value(), uint64_t{5} << 50);
  EXPECT_EQ(parse_size("15E").value(), uint64_t{15} << 60);
  EXPECT_EQ(parse_size("0E").value(), 0u);
  EXPECT_EQ(parse_size("18446744073709551615").value(), UINT64_MAX);
}

TEST(SizeTextTest, RefusesWhatIsNoSize) {
  for (const char* text : {"", "K", "-1", "+1", " 1", "1 ", "1k", "1KB", "1.5G", "0x10", "1Z", "ten"}) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().code, Errc::usage);
    EXPECT_NE(size.error().message().find("is not a size"), std::string::npos) << size.error().message();
  }
}

TEST(SizeTextTest, RefusesWhatSixtyFourBitsDoNotHold) {
  for (const char* text :
       {"18446744073709551616", "16E", "17179869184G", "18014398509481984K", "99999999999999999999E"}) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().code, Errc::usage);
    EXPECT_NE(size.error().message().find("64 bits"), std::string::npos) << size.error().message();
  }
}

TEST(SizeTextTest, WritesTheShortestExactForm) {
  EXPECT_EQ(exact_size(0), "0");
  EXPECT_EQ(exact_size(100), "100");
  EXPECT_EQ(exact_size(1024), "1K");
  EXPECT_EQ(exact_size(1025), "1025");
  EXPECT_EQ(exact_size(65536), "64K");
  EXPECT_EQ(exact_size(uint64_t{1536} << 20), "1536M");
  EXPECT_EQ(exact_size(uint64_t{1} << 63), "8E");
}

TEST(SizeTextTest, ReadsBackWhatItWroteExactly) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 1000; ++i) {
    const uint64_t size = random() >> random() % 64 << random() % 30;
    EXPECT_EQ(parse_size(exact_size(size)).value(), size);
  }
}

TEST(SizeTextTest, WritesThreeDigitsForPeople) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(1023), "1023 B");
  EXPECT_EQ(human_size(1024), "1.00 KiB");
  EXPECT_EQ(human_size(1536), "1.50 KiB");
  EXPECT_EQ(human_size(10239), "10.0 KiB");
  EXPECT_EQ(human_size(150 << 10), "150 KiB");
  EXPECT_EQ(human_size((1 << 20) - 1), "1.00 MiB");
  EXPECT_EQ(human_size(uint64_t{3} << 40), "3.00 TiB");
  EXPECT_EQ(human_size(UINT64_MAX), "16.0 EiB");
}

}  // namespace
}  // namespace penstock
