// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "base/digest_text.h"

namespace penstock {
namespace {

TEST(DigestTest, IsWrittenInLowercaseHexadecimal) {
  Digest digest;
  EXPECT_EQ(digest.hex(), std::string(64, '0'));
  digest.bytes[0] = 0x0a;
  digest.bytes[31] = 0xf9;
  EXPECT_EQ(digest.hex(), "0a" + std::string(60, '0') + "f9");
}

TEST(DigestTest, IsReadFromWhatItIsWrittenAsAndNothingElse) {
  Digest digest;
  digest.bytes[0] = 0x0a;
  digest.bytes[31] = 0xf9;
  EXPECT_EQ(parse_digest(digest.hex()), digest);
  EXPECT_FALSE(parse_digest(""));
  EXPECT_FALSE(parse_digest(digest.hex().substr(1)));
  EXPECT_FALSE(parse_digest(digest.hex() + "0"));
  EXPECT_FALSE(parse_digest("0A" + digest.hex().substr(2)));
  EXPECT_FALSE(parse_digest("g0" + digest.hex().substr(2)));
}

TEST(DigestTest, IsOrderedByItsBytesAsUnsigned) {
  Digest small;
  Digest large;
  small.bytes[0] = 0x7f;
  small.bytes[31] = 0xff;
  large.bytes[0] = 0x80;
  EXPECT_LT(small, large);
  EXPECT_NE(small, large);
  EXPECT_EQ(small, Digest(small));
}

TEST(DigestTest, IsAKeyOfHashTables) {
  std::unordered_set<Digest, DigestHash> set;
  for (uint8_t i = 0; i < 100; ++i) {
    Digest digest;
    digest.bytes[i % 32] = i;
    set.insert(digest);
    set.insert(digest);
  }
  EXPECT_EQ(set.size(), 100u);
}

}  // namespace
}  // namespace penstock
